package main

import (
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/runtime/serializer/protobuf"
	"k8s.io/apiserver/pkg/registry/generic"
	"k8s.io/apiserver/pkg/storage"
	"k8s.io/apiserver/pkg/storage/storagebackend"
	"k8s.io/apiserver/pkg/storage/storagebackend/factory"
	"k8s.io/client-go/tools/cache"
	"k8s.io/kubernetes/pkg/api/legacyscheme"
)

// restOptions makes the registries of a server store into what is held. Objects of built-in kinds are encoded as a
// server encodes them for etcd, in protobuf, because not everything survives that.
type restOptions struct {
	codec func(resource schema.GroupResource) runtime.Codec
	// folder is where etcd has the objects of a resource: some refusals name it.
	folder func(resource schema.GroupResource) string
}

func (o restOptions) GetRESTOptions(resource schema.GroupResource, _ runtime.Object) (generic.RESTOptions, error) {
	config := storagebackend.Config{Codec: o.codec(resource)}
	return generic.RESTOptions{
		StorageConfig:           config.ForResource(resource),
		Decorator:               placeOf,
		EnableGarbageCollection: true,
		DeleteCollectionWorkers: 1,
		ResourcePrefix:          "/registry/" + o.folder(resource),
	}, nil
}

func placeOf(
	config *storagebackend.ConfigForResource, _ string, _ func(runtime.Object) (string, error),
	empty func() runtime.Object, _ func() runtime.Object, _ storage.AttrFunc, _ storage.IndexerFuncs, _ *cache.Indexers,
) (storage.Interface, factory.DestroyFunc, error) {
	return &cell{resource: config.GroupResource, codec: config.Codec, empty: empty}, func() {}, nil
}

// builtInOptions store objects of built-in kinds, in the version that their group prefers.
var builtInOptions = restOptions{codec: func(resource schema.GroupResource) runtime.Codec {
	scheme := legacyscheme.Scheme
	return legacyscheme.Codecs.CodecForVersions(
		protobuf.NewSerializer(scheme, scheme),
		legacyscheme.Codecs.UniversalDeserializer(),
		schema.GroupVersions(scheme.PrioritizedVersionsForGroup(resource.Group)),
		runtime.InternalGroupVersioner,
	)
}, folder: func(resource schema.GroupResource) string {
	if special := folders[resource]; special != "" {
		return special
	}
	return resource.Resource
}}

// folders are those that are not called like their resource (kubernetes/pkg/kubeapiserver).
var folders = map[schema.GroupResource]string{
	{Resource: "replicationcontrollers"}:                "controllers",
	{Resource: "endpoints"}:                             "services/endpoints",
	{Resource: "nodes"}:                                 "minions",
	{Resource: "services"}:                              "services/specs",
	{Group: "networking.k8s.io", Resource: "ingresses"}: "ingress",
}
