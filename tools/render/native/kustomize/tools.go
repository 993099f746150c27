//go:build tools

// Names the program whose versions go.mod and go.sum pin.
package tools

import _ "sigs.k8s.io/kustomize/kustomize/v5"
