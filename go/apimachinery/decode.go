package main

import (
	"encoding/json"

	metainternalversionscheme "k8s.io/apimachinery/pkg/apis/meta/internalversion/scheme"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/kubernetes/pkg/api/legacyscheme"
)

// decodeObject reads the body of a request, JSON, YAML or protobuf, fills defaults in, and writes the object as JSON
// in the version that is asked for, its own without one.
func decodeObject(request []byte) (any, error) {
	var asked struct {
		// Body is base64 in JSON.
		Body       []byte `json:"body"`
		APIVersion string `json:"apiVersion"`
	}
	if err := json.Unmarshal(request, &asked); err != nil {
		return nil, err
	}
	object, kind, err := legacyscheme.Codecs.UniversalDeserializer().Decode(asked.Body, nil, nil)
	if runtime.IsNotRegisteredError(err) && kind.Kind == "DeleteOptions" {
		object, kind, err = metainternalversionscheme.Codecs.UniversalDeserializer().Decode(asked.Body, nil, nil)
	}
	if err != nil {
		return nil, err
	}
	if options, ok := object.(*metav1.DeleteOptions); ok {
		options.SetGroupVersionKind(metav1.SchemeGroupVersion.WithKind("DeleteOptions"))
		return map[string]any{"object": options}, nil
	}
	legacyscheme.Scheme.Default(object)
	to := kind.GroupVersion()
	if asked.APIVersion != "" {
		if to, err = schema.ParseGroupVersion(asked.APIVersion); err != nil {
			return nil, err
		}
	}
	internal, err := legacyscheme.Scheme.UnsafeConvertToVersion(object, internalOf(*kind))
	if err != nil {
		return nil, err
	}
	text, err := runtime.Encode(legacyscheme.Codecs.LegacyCodec(to), internal)
	if err != nil {
		return nil, err
	}
	return map[string]any{"object": json.RawMessage(text)}, nil
}
