// Package rest stands for the client of Kubernetes, which a renderer does not have.
package rest

// Config says how a cluster would be reached.
type Config struct{}
