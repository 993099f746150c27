// Package fake is named by a test of Helm and holds nothing.
package fake
