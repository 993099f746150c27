package main

import (
	"context"
	"encoding/json"
	"fmt"

	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	runtimejson "k8s.io/apimachinery/pkg/runtime/serializer/json"
	genericapirequest "k8s.io/apiserver/pkg/endpoints/request"
	"k8s.io/apiserver/pkg/registry/rest"
	"k8s.io/kubernetes/pkg/api/legacyscheme"
)

// verdict is what is found about one object.
type verdict struct {
	// Known is false for a kind that is neither built in nor defined by the request: nothing was looked at.
	Known    bool      `json:"known"`
	Problems []problem `json:"problems"`
}

// validateObjects finds what a server would refuse to create each object for.
func validateObjects(request []byte) (any, error) {
	var asked struct {
		Definitions []json.RawMessage `json:"definitions"`
		Objects     []json.RawMessage `json:"objects"`
	}
	if err := json.Unmarshal(request, &asked); err != nil {
		return nil, err
	}
	defined := definitionsOf(asked.Definitions)
	verdicts := []verdict{}
	for _, raw := range asked.Objects {
		verdicts = append(verdicts, validateOne(raw, defined))
	}
	return map[string]any{"verdicts": verdicts}, nil
}

func validateOne(raw []byte, defined definitions) (found verdict) {
	defer func() {
		if cause := recover(); cause != nil {
			found = verdict{Known: true, Problems: []problem{{Reason: "InternalError", Message: fmt.Sprint(cause)}}}
		}
	}()
	kind, err := runtimejson.DefaultMetaFactory.Interpret(raw)
	if err != nil {
		return verdict{Known: true, Problems: []problem{{Reason: "Undecodable", Message: err.Error()}}}
	}
	if legacyscheme.Scheme.Recognizes(*kind) && !isInternal(*kind) && isServed(*kind) {
		return verdict{Known: true, Problems: validateBuiltIn(raw, *kind)}
	}
	if definition := defined[kind.GroupKind()]; definition != nil {
		if version := definition.versions[kind.Version]; version != nil {
			return verdict{Known: true, Problems: validateCustom(raw, version)}
		}
		return verdict{Known: true, Problems: []problem{notServed(*kind, definition.served)}}
	}
	if legacyscheme.Scheme.IsGroupRegistered(kind.Group) {
		return verdict{Known: true, Problems: []problem{notServed(*kind, servedAs(kind.GroupKind()))}}
	}
	return verdict{Known: false, Problems: []problem{}}
}

func notServed(kind schema.GroupVersionKind, served []string) problem {
	return problem{
		Reason:  "NotServed",
		Message: fmt.Sprintf("no matches for kind %q in version %q", kind.Kind, kind.GroupVersion()),
		Known:   served,
	}
}

var strictDecoder = runtimejson.NewSerializerWithOptions(
	runtimejson.DefaultMetaFactory, legacyscheme.Scheme, legacyscheme.Scheme, runtimejson.SerializerOptions{Strict: true},
)

var lenientDecoder = runtimejson.NewSerializerWithOptions(
	runtimejson.DefaultMetaFactory, legacyscheme.Scheme, legacyscheme.Scheme, runtimejson.SerializerOptions{},
)

func validateBuiltIn(raw []byte, kind schema.GroupVersionKind) []problem {
	object, _, err := strictDecoder.Decode(raw, nil, nil)
	strict := strictErrors(err)
	if err != nil && (strict == nil || object == nil) {
		return []problem{undecodable(kind, misfit(raw, kind, err), err)}
	}
	problems := strictProblems(strict, func(path string) []string { return fieldsBeside(object, path) })
	legacyscheme.Scheme.Default(object)
	internal, err := legacyscheme.Scheme.UnsafeConvertToVersion(object, internalOf(kind))
	if err != nil {
		return append(problems, undecodable(kind, misfit(raw, kind, err), err))
	}
	strategy, err := strategyOf(kind)
	if err != nil {
		return append(problems, problem{Reason: "InternalError", Message: err.Error()})
	}
	if strategy == nil {
		return problems
	}
	return append(problems, statusProblems(create(strategy, kind, internal))...)
}

// misfit is the path of the value that does not fit its kind.
func misfit(raw []byte, kind schema.GroupVersionKind, failure error) string {
	return blame(raw, func(text []byte) error {
		object, _, err := lenientDecoder.Decode(text, nil, nil)
		if err == nil {
			legacyscheme.Scheme.Default(object)
			_, err = legacyscheme.Scheme.UnsafeConvertToVersion(object, internalOf(kind))
		}
		return err
	}, failure.Error())
}

// undecodable is what a server says about a body that does not fit its kind.
func undecodable(kind schema.GroupVersionKind, path string, err error) problem {
	return problem{
		Path:    path,
		Reason:  "Undecodable",
		Message: fmt.Sprintf("%s in version %q cannot be handled as a %s: %v", kind.Kind, kind.Version, kind.Kind, err),
	}
}

// create does what the server's store does to an object before it stores it.
func create(strategy rest.RESTCreateStrategy, kind schema.GroupVersionKind, object runtime.Object) error {
	accessor, err := meta.Accessor(object)
	if err != nil {
		return err
	}
	namespace := metav1.NamespaceNone
	if strategy.NamespaceScoped() {
		if namespace = accessor.GetNamespace(); namespace == "" {
			namespace = metav1.NamespaceDefault
			accessor.SetNamespace(namespace)
		}
	}
	rest.FillObjectMetaSystemFields(accessor)
	if accessor.GetGenerateName() != "" && accessor.GetName() == "" {
		accessor.SetName(strategy.GenerateName(accessor.GetGenerateName()))
	}
	ctx := genericapirequest.WithNamespace(context.Background(), namespace)
	ctx = genericapirequest.WithRequestInfo(ctx, &genericapirequest.RequestInfo{
		IsResourceRequest: true,
		Verb:              "create",
		APIGroup:          kind.Group,
		APIVersion:        kind.Version,
		Namespace:         namespace,
	})
	return rest.BeforeCreate(strategy, ctx, object)
}

func internalOf(kind schema.GroupVersionKind) schema.GroupVersion {
	return schema.GroupVersion{Group: kind.Group, Version: runtime.APIVersionInternal}
}
