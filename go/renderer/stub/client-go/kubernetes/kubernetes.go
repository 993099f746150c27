// Package kubernetes is named so that the version of client-go gets into the build.
package kubernetes
