// Package scheme stands for the kinds of Kubernetes; which API versions Helm knows is said in capabilities.go.
package scheme

import "k8s.io/apimachinery/pkg/runtime"

// Scheme knows no kinds of its own.
var Scheme = runtime.NewScheme()
