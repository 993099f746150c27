package main

import (
	"encoding/json"
	"fmt"
	"net/http"
	"time"

	apiextensions "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"
	"k8s.io/apiextensions-apiserver/pkg/apiserver"
	listers "k8s.io/apiextensions-apiserver/pkg/client/listers/apiextensions/v1"
	"k8s.io/apiextensions-apiserver/pkg/controller/openapi/builder"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/client-go/tools/cache"
	"k8s.io/kubernetes/pkg/api/legacyscheme"
)

// customOptions store custom resources as a server does: as JSON.
var customOptions = restOptions{codec: func(schema.GroupResource) runtime.Codec {
	return unstructured.UnstructuredJSONScheme
}, folder: func(resource schema.GroupResource) string {
	return resource.Group + "/" + resource.Resource
}}

type customKey struct {
	version string
	digest  string
}

// customHandlers are ready, by version and definition.
var customHandlers = map[customKey]http.Handler{}

// customHandlerOf finds or makes what serves the custom resources of a definition: the server's own handler, which
// believes that the definition is the only one. Nil when the text of the definition is needed.
func customHandlerOf(digest string, text []byte, schemas *schemaSet) (http.Handler, error) {
	key := customKey{emulated.String(), digest}
	if found := customHandlers[key]; found != nil {
		return found, nil
	}
	if text == nil {
		return nil, nil
	}
	definition, err := establishedDefinition(text)
	if err != nil {
		return nil, err
	}
	definition.UID = types.UID(digest)
	index := cache.NewIndexer(cache.MetaNamespaceKeyFunc, cache.Indexers{})
	if err := index.Add(definition); err != nil {
		return nil, err
	}
	// Every custom resource has the metadata, and may have the Scale, that this group's documents tell of.
	base, err := schemas.of("autoscaling")
	if err != nil {
		return nil, err
	}
	made, err := apiserver.NewCustomResourceDefinitionHandler(
		nil, nil, onlyDefinition{index}, http.NotFoundHandler(), customOptions, newAdmit(), nil, nil, nil, 1, everybody{},
		time.Minute, time.Minute, base, mostBytes)
	if err != nil {
		return nil, err
	}
	if len(customHandlers) >= mostDefinitions {
		clear(customHandlers)
	}
	customHandlers[key] = made
	return made, nil
}

// onlyDefinition is an informer that knows one definition for ever.
type onlyDefinition struct {
	index cache.Indexer
}

func (o onlyDefinition) Informer() cache.SharedIndexInformer {
	return cache.NewSharedIndexInformer(&cache.ListWatch{}, &apiextensions.CustomResourceDefinition{}, 0, cache.Indexers{})
}

func (o onlyDefinition) Lister() listers.CustomResourceDefinitionLister {
	return listers.NewCustomResourceDefinitionLister(o.index)
}

// establishedDefinition reads a definition as one whose names were accepted long ago.
func establishedDefinition(text []byte) (*apiextensions.CustomResourceDefinition, error) {
	object, kind, err := lenientDecoder.Decode(text, nil, nil)
	if err != nil {
		return nil, err
	}
	legacyscheme.Scheme.Default(object)
	definition, ok := object.(*apiextensions.CustomResourceDefinition)
	if !ok {
		return nil, fmt.Errorf("%s is no definition", kind)
	}
	definition.Status = apiextensions.CustomResourceDefinitionStatus{AcceptedNames: definition.Spec.Names}
	for _, one := range []apiextensions.CustomResourceDefinitionConditionType{
		apiextensions.NamesAccepted, apiextensions.Established,
	} {
		definition.Status.Conditions = append(definition.Status.Conditions,
			apiextensions.CustomResourceDefinitionCondition{Type: one, Status: apiextensions.ConditionTrue})
	}
	return definition, nil
}

// describeDefinition gives the OpenAPI documents of the versions that a definition serves.
func describeDefinition(request []byte) (any, error) {
	var asked struct {
		Definition json.RawMessage `json:"definition"`
	}
	if err := json.Unmarshal(request, &asked); err != nil {
		return nil, err
	}
	definition, err := establishedDefinition(asked.Definition)
	if err != nil {
		return nil, err
	}
	documents := map[string]any{}
	for _, version := range definition.Spec.Versions {
		if !version.Served {
			continue
		}
		document, err := builder.BuildOpenAPIV3(definition, version.Name, builder.Options{})
		if err != nil {
			return nil, err
		}
		documents[version.Name] = document
	}
	return map[string]any{"documents": documents}, nil
}
