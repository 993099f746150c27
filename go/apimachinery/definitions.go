package main

import (
	"crypto/sha256"
	"fmt"
	"maps"
	"slices"

	"k8s.io/apiextensions-apiserver/pkg/apis/apiextensions"
	structuralschema "k8s.io/apiextensions-apiserver/pkg/apiserver/schema"
	"k8s.io/apiextensions-apiserver/pkg/apiserver/schema/cel"
	"k8s.io/apiextensions-apiserver/pkg/apiserver/schema/defaulting"
	crvalidation "k8s.io/apiextensions-apiserver/pkg/apiserver/validation"
	"k8s.io/apimachinery/pkg/runtime/schema"
	celconfig "k8s.io/apiserver/pkg/apis/cel"
	"k8s.io/kubernetes/pkg/api/legacyscheme"
)

// mostDefinitions is how many definitions are kept ready from one request to the next.
const mostDefinitions = 500

// definitions are the kinds that the custom resource definitions of a request bring.
type definitions map[schema.GroupKind]*definition

type definition struct {
	kind schema.GroupKind
	// served lists the API versions that are served.
	served   []string
	versions map[string]*customVersion
}

// customVersion is how one version of a custom kind is looked at.
type customVersion struct {
	kind                  schema.GroupVersionKind
	namespaced            bool
	preserveUnknownFields bool
	hasStatus             bool
	structural            *structuralschema.Structural
	schema                crvalidation.SchemaValidator
	rules                 *cel.Validator
}

var ready = map[[sha256.Size]byte]*definition{}

// definitionsOf reads definitions. One that cannot be used is left out: it has its own verdict when it is among the
// objects, and its custom resources are of an unknown kind.
func definitionsOf[T ~[]byte](texts []T) definitions {
	found := definitions{}
	for _, text := range texts {
		key := sha256.Sum256(text)
		one := ready[key]
		if one == nil {
			read, err := readDefinition(text)
			if err != nil {
				continue
			}
			if len(ready) >= mostDefinitions {
				clear(ready)
			}
			one, ready[key] = read, read
		}
		found[one.kind] = one
	}
	return found
}

func readDefinition(text []byte) (*definition, error) {
	object, kind, err := lenientDecoder.Decode(text, nil, nil)
	if err != nil {
		return nil, err
	}
	legacyscheme.Scheme.Default(object)
	internal, err := legacyscheme.Scheme.UnsafeConvertToVersion(object, internalOf(*kind))
	if err != nil {
		return nil, err
	}
	crd, ok := internal.(*apiextensions.CustomResourceDefinition)
	if !ok {
		return nil, fmt.Errorf("%s is no definition", kind)
	}
	made := &definition{
		kind:     schema.GroupKind{Group: crd.Spec.Group, Kind: crd.Spec.Names.Kind},
		versions: map[string]*customVersion{},
	}
	for _, version := range crd.Spec.Versions {
		if !version.Served {
			continue
		}
		if made.versions[version.Name], err = readVersion(crd, made.kind, version.Name); err != nil {
			return nil, err
		}
	}
	for _, version := range slices.Sorted(maps.Keys(made.versions)) {
		made.served = append(made.served, crd.Spec.Group+"/"+version)
	}
	return made, nil
}

func readVersion(
	crd *apiextensions.CustomResourceDefinition, kind schema.GroupKind, version string,
) (*customVersion, error) {
	validation, err := apiextensions.GetSchemaForVersion(crd, version)
	if err != nil {
		return nil, err
	}
	if validation == nil || validation.OpenAPIV3Schema == nil {
		return nil, fmt.Errorf("version %s has no schema", version)
	}
	subresources, err := apiextensions.GetSubresourcesForVersion(crd, version)
	if err != nil {
		return nil, err
	}
	structural, err := structuralschema.NewStructural(validation.OpenAPIV3Schema)
	if err != nil {
		return nil, err
	}
	structural = structural.DeepCopy()
	if err := defaulting.PruneDefaults(structural); err != nil {
		return nil, err
	}
	validator, _, err := crvalidation.NewSchemaValidator(validation.OpenAPIV3Schema)
	if err != nil {
		return nil, err
	}
	return &customVersion{
		kind:                  kind.WithVersion(version),
		namespaced:            crd.Spec.Scope == apiextensions.NamespaceScoped,
		preserveUnknownFields: crd.Spec.PreserveUnknownFields != nil && *crd.Spec.PreserveUnknownFields,
		hasStatus:             subresources != nil && subresources.Status != nil,
		structural:            structural,
		schema:                validator,
		rules:                 cel.NewValidator(structural, true, celconfig.PerCallLimit),
	}, nil
}
