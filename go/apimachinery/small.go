package main

import (
	"context"

	"k8s.io/apiextensions-apiserver/pkg/apis/apiextensions"
	crdvalidation "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/validation"
	"k8s.io/apimachinery/pkg/api/operation"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/util/validation/field"
	"k8s.io/apiserver/pkg/registry/rest"
	"k8s.io/apiserver/pkg/storage/names"
	"k8s.io/kubernetes/pkg/api/legacyscheme"
	pvcutil "k8s.io/kubernetes/pkg/api/persistentvolumeclaim"
	podutil "k8s.io/kubernetes/pkg/api/pod"
	"k8s.io/kubernetes/pkg/apis/apps"
	appsvalidation "k8s.io/kubernetes/pkg/apis/apps/validation"
	"k8s.io/kubernetes/pkg/apis/batch"
	batchvalidation "k8s.io/kubernetes/pkg/apis/batch/validation"
	"k8s.io/kubernetes/pkg/apis/core"
	"k8s.io/kubernetes/pkg/apis/core/validation"
	"k8s.io/kubernetes/pkg/apis/discovery"
	discoveryvalidation "k8s.io/kubernetes/pkg/apis/discovery/validation"
)

// small is a strategy of ours for a kind whose own one brings a client of etcd or of Kubernetes along: what that one
// does to a new object, as far as it decides what is valid, and the same validation.
type small[T runtime.Object] struct {
	runtime.ObjectTyper
	names.NameGenerator
	namespaced bool
	prepare    func(object T)
	validate   func(ctx context.Context, object T) field.ErrorList
}

func (s small[T]) NamespaceScoped() bool                                     { return s.namespaced }
func (s small[T]) Canonicalize(runtime.Object)                               {}
func (s small[T]) WarningsOnCreate(context.Context, runtime.Object) []string { return nil }

func (s small[T]) PrepareForCreate(_ context.Context, object runtime.Object) {
	if s.prepare != nil {
		s.prepare(object.(T))
	}
}

func (s small[T]) Validate(ctx context.Context, object runtime.Object) field.ErrorList {
	return s.validate(ctx, object.(T))
}

func smallOf[T runtime.Object](
	namespaced bool, prepare func(T), validate func(context.Context, T) field.ErrorList,
) small[T] {
	return small[T]{legacyscheme.Scheme, names.SimpleNameGenerator, namespaced, prepare, validate}
}

var configMaps = smallOf(true, nil, func(_ context.Context, one *core.ConfigMap) field.ErrorList {
	return validation.ValidateConfigMap(one)
})

var secrets = smallOf(true, nil, func(_ context.Context, one *core.Secret) field.ErrorList {
	return validation.ValidateSecret(one)
})

var namespaces = smallOf(false, func(one *core.Namespace) {
	one.Status = core.NamespaceStatus{Phase: core.NamespaceActive}
}, func(_ context.Context, one *core.Namespace) field.ErrorList {
	return validation.ValidateNamespace(one)
})

var services = smallOf(true, func(one *core.Service) {
	one.Status = core.ServiceStatus{}
}, func(_ context.Context, one *core.Service) field.ErrorList {
	return validation.ValidateServiceCreate(one)
})

var pods = smallOf(true, func(one *core.Pod) {
	one.Status = core.PodStatus{Phase: core.PodPending}
	podutil.DropDisabledPodFields(one, nil)
}, func(_ context.Context, one *core.Pod) field.ErrorList {
	options := podutil.GetValidationOptionsFromPodSpecAndMeta(&one.Spec, nil, &one.ObjectMeta, nil)
	options.ResourceIsPod = true
	return validation.ValidatePodCreate(one, options)
})

var endpoints = smallOf(true, nil, func(_ context.Context, one *core.Endpoints) field.ErrorList {
	return validation.ValidateEndpointsCreate(one)
})

var endpointSlices = smallOf(true, nil, func(ctx context.Context, one *discovery.EndpointSlice) field.ErrorList {
	found := discoveryvalidation.ValidateEndpointSliceCreate(one)
	return rest.ValidateDeclarativelyWithMigrationChecks(ctx, legacyscheme.Scheme, one, nil, found, operation.Create)
})

var serviceAccounts = smallOf(true, nil, func(_ context.Context, one *core.ServiceAccount) field.ErrorList {
	return validation.ValidateServiceAccount(one)
})

var replicaSets = smallOf(true, func(one *apps.ReplicaSet) {
	one.Status = apps.ReplicaSetStatus{}
	podutil.DropDisabledTemplateFields(&one.Spec.Template, nil)
}, func(_ context.Context, one *apps.ReplicaSet) field.ErrorList {
	options := podutil.GetValidationOptionsFromPodTemplate(&one.Spec.Template, nil)
	return appsvalidation.ValidateReplicaSet(one, options)
})

var replicationControllers = smallOf(true, func(one *core.ReplicationController) {
	one.Status = core.ReplicationControllerStatus{}
	podutil.DropDisabledTemplateFields(one.Spec.Template, nil)
}, func(ctx context.Context, one *core.ReplicationController) field.ErrorList {
	options := podutil.GetValidationOptionsFromPodTemplate(one.Spec.Template, nil)
	found := validation.ValidateReplicationController(one, options)
	return rest.ValidateDeclarativelyWithMigrationChecks(ctx, legacyscheme.Scheme, one, nil, found, operation.Create)
})

var persistentVolumes = smallOf(false, func(one *core.PersistentVolume) {
	one.Status = core.PersistentVolumeStatus{Phase: core.VolumePending}
}, func(_ context.Context, one *core.PersistentVolume) field.ErrorList {
	options := validation.ValidationOptionsForPersistentVolume(one, nil)
	return validation.ValidatePersistentVolume(one, options)
})

var persistentVolumeClaims = smallOf(true, func(one *core.PersistentVolumeClaim) {
	one.Status = core.PersistentVolumeClaimStatus{}
	pvcutil.DropDisabledFields(&one.Spec, nil)
	pvcutil.EnforceDataSourceBackwardsCompatibility(&one.Spec, nil)
	pvcutil.NormalizeDataSources(&one.Spec)
}, func(_ context.Context, one *core.PersistentVolumeClaim) field.ErrorList {
	options := validation.ValidationOptionsForPersistentVolumeClaim(one, nil)
	return validation.ValidatePersistentVolumeClaim(one, options)
})

var jobs = smallOf(true, func(one *batch.Job) {
	if one.Spec.ManualSelector == nil || !*one.Spec.ManualSelector {
		selectOwnPods(one)
	}
	one.Status = batch.JobStatus{}
	podutil.DropDisabledTemplateFields(&one.Spec.Template, nil)
}, func(_ context.Context, one *batch.Job) field.ErrorList {
	return batchvalidation.ValidateJob(one, batchvalidation.JobValidationOptions{
		PodValidationOptions:  podutil.GetValidationOptionsFromPodTemplate(&one.Spec.Template, nil),
		RequirePrefixedLabels: true,
	})
})

// selectOwnPods gives a job the selector and the labels that are made for one that brings no selector.
func selectOwnPods(one *batch.Job) {
	if one.Spec.Template.Labels == nil {
		one.Spec.Template.Labels = map[string]string{}
	}
	generated := map[string]string{
		batch.LegacyJobNameLabel:       one.Name,
		batch.JobNameLabel:             one.Name,
		batch.LegacyControllerUidLabel: string(one.UID),
		batch.ControllerUidLabel:       string(one.UID),
	}
	for label, value := range generated {
		if _, found := one.Spec.Template.Labels[label]; !found {
			one.Spec.Template.Labels[label] = value
		}
	}
	if one.Spec.Selector == nil {
		one.Spec.Selector = &metav1.LabelSelector{}
	}
	if one.Spec.Selector.MatchLabels == nil {
		one.Spec.Selector.MatchLabels = map[string]string{}
	}
	if _, found := one.Spec.Selector.MatchLabels[batch.ControllerUidLabel]; !found {
		one.Spec.Selector.MatchLabels[batch.ControllerUidLabel] = string(one.UID)
	}
}

var customResourceDefinitions = smallOf(false, func(one *apiextensions.CustomResourceDefinition) {
	one.Status = apiextensions.CustomResourceDefinitionStatus{}
	for _, version := range one.Spec.Versions {
		if version.Storage {
			one.Status.StoredVersions = append(one.Status.StoredVersions, version.Name)
			break
		}
	}
}, func(ctx context.Context, one *apiextensions.CustomResourceDefinition) field.ErrorList {
	return crdvalidation.ValidateCustomResourceDefinition(ctx, one)
})
