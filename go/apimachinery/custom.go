package main

import (
	"context"
	"fmt"
	"maps"
	"slices"

	structuralschema "k8s.io/apiextensions-apiserver/pkg/apiserver/schema"
	"k8s.io/apiextensions-apiserver/pkg/apiserver/schema/defaulting"
	"k8s.io/apiextensions-apiserver/pkg/apiserver/schema/listtype"
	"k8s.io/apiextensions-apiserver/pkg/apiserver/schema/objectmeta"
	"k8s.io/apiextensions-apiserver/pkg/apiserver/schema/pruning"
	crvalidation "k8s.io/apiextensions-apiserver/pkg/apiserver/validation"
	"k8s.io/apimachinery/pkg/api/validation"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured/unstructuredscheme"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/util/validation/field"
	celconfig "k8s.io/apiserver/pkg/apis/cel"
	"k8s.io/apiserver/pkg/storage/names"
	"sigs.k8s.io/json"
)

// validateCustom looks at a custom resource as the server that serves its definition does: what its schema does not
// know is unknown, defaults come in, then schema, lists and rules are checked.
func validateCustom(raw []byte, version *customVersion) []problem {
	object := &unstructured.Unstructured{}
	strict, err := json.UnmarshalStrict(raw, &object.Object)
	if err != nil {
		return []problem{{Reason: "Undecodable", Message: err.Error()}}
	}
	unknown, err := prune(object, version)
	if err != nil {
		decode := func(text []byte) error {
			alone := &unstructured.Unstructured{}
			if err := json.UnmarshalCaseSensitivePreserveInts(text, &alone.Object); err != nil {
				return nil
			}
			_, err := prune(alone, version)
			return err
		}
		return []problem{undecodable(version.kind, blame(raw, decode, err.Error()), err)}
	}
	for _, path := range unknown {
		strict = append(strict, fmt.Errorf("unknown field %q", path))
	}
	problems := strictProblems(strict, func(path string) []string { return propertiesBeside(version.structural, path) })
	defaulting.Default(object.Object, version.structural)
	strategy := customStrategy{unstructuredscheme.NewUnstructuredObjectTyper(), names.SimpleNameGenerator, version}
	return append(problems, statusProblems(create(strategy, version.kind, object))...)
}

// prune drops what the schema does not know and says what that was.
func prune(object *unstructured.Unstructured, version *customVersion) ([]string, error) {
	meta, found, unknown, err := objectmeta.GetObjectMetaWithOptions(
		object.Object, objectmeta.ObjectMetaOptions{ReturnUnknownFieldPaths: true})
	if err != nil {
		return nil, err
	}
	if !version.preserveUnknownFields {
		options := structuralschema.UnknownFieldPathOptions{TrackUnknownFieldPaths: true}
		unknown = append(unknown, pruning.PruneWithOptions(object.Object, version.structural, true, options)...)
		defaulting.PruneNonNullableNullsWithoutDefaults(object.Object, version.structural)
	}
	failure, paths := objectmeta.CoerceWithOptions(
		nil, object.Object, version.structural, false, objectmeta.CoerceOptions{ReturnUnknownFieldPaths: true})
	if failure != nil {
		return nil, failure
	}
	object.SetGroupVersionKind(version.kind)
	if found {
		if err := objectmeta.SetObjectMeta(object.Object, meta); err != nil {
			return nil, err
		}
	}
	return append(unknown, paths...), nil
}

// propertiesBeside lists the properties that a schema has where path names one that it has not.
func propertiesBeside(at *structuralschema.Structural, path string) []string {
	steps := stepsOf(path)
	for _, step := range steps[:len(steps)-1] {
		switch {
		case at == nil:
			return nil
		case step[0] == '[':
			at = at.Items
		case at.AdditionalProperties != nil:
			at = at.AdditionalProperties.Structural
		default:
			property, found := at.Properties[step]
			if !found {
				return nil
			}
			at = &property
		}
	}
	if at == nil {
		return nil
	}
	return slices.Sorted(maps.Keys(at.Properties))
}

// customStrategy is what the server's strategy of custom resources, which brings etcd's client along, does to a new
// object.
type customStrategy struct {
	runtime.ObjectTyper
	names.NameGenerator
	version *customVersion
}

func (s customStrategy) NamespaceScoped() bool                                     { return s.version.namespaced }
func (s customStrategy) Canonicalize(runtime.Object)                               {}
func (s customStrategy) WarningsOnCreate(context.Context, runtime.Object) []string { return nil }

func (s customStrategy) PrepareForCreate(_ context.Context, object runtime.Object) {
	if s.version.hasStatus {
		delete(object.(*unstructured.Unstructured).Object, "status")
	}
}

func (s customStrategy) Validate(ctx context.Context, object runtime.Object) field.ErrorList {
	one := object.(*unstructured.Unstructured)
	version := s.version
	found := validation.ValidateObjectMetaAccessor(
		one, version.namespaced, validation.NameIsDNSSubdomain, field.NewPath("metadata"))
	found = append(found, crvalidation.ValidateCustomResource(nil, one.Object, version.schema)...)
	found = append(found, objectmeta.Validate(nil, one.Object, version.structural, false)...)
	found = append(found, listtype.ValidateListSetsAndMaps(nil, version.structural, one.Object)...)
	if version.rules == nil {
		return found
	}
	if slices.ContainsFunc(found, blocksRules) {
		return append(found, field.Invalid(nil, nil, "some validation rules were not checked because the object was "+
			"invalid; correct the existing errors to complete validation"))
	}
	broken, _ := version.rules.Validate(ctx, nil, version.structural, one.Object, nil, celconfig.RuntimeCELCostBudget)
	return append(found, broken...)
}

func blocksRules(one *field.Error) bool {
	switch one.Type {
	case field.ErrorTypeNotSupported, field.ErrorTypeRequired, field.ErrorTypeTooLong, field.ErrorTypeTooMany,
		field.ErrorTypeTypeInvalid:
		return true
	default:
		return false
	}
}
