//go:build tools

// Names the program whose versions go.mod and go.sum pin.
package tools

import _ "helm.sh/helm/v4/cmd/helm"
