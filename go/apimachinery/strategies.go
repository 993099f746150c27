package main

import (
	"k8s.io/apimachinery/pkg/api/meta"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apiserver/pkg/registry/rest"
	"k8s.io/kubernetes/pkg/registry/core/namespace"
)

// strategyOf is what a server's registry does to a new object of a kind before it stores it; nil for a kind that is
// decoded and no more.
func strategyOf(kind schema.GroupVersionKind) (rest.RESTCreateStrategy, error) {
	if kind.Group == "" && kind.Kind == "Namespace" {
		// Its registry does not show what it does.
		return namespace.Strategy, nil
	}
	resource, _ := meta.UnsafeGuessKindToResource(kind)
	open, err := registriesOf(resource.GroupResource())
	if err != nil || open == nil {
		return nil, err
	}
	registry, ok := open[""].(interface {
		GetCreateStrategy() rest.RESTCreateStrategy
	})
	if !ok {
		return nil, nil
	}
	return registry.GetCreateStrategy(), nil
}
