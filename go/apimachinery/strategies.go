package main

import (
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apiserver/pkg/registry/rest"
	"k8s.io/kubernetes/pkg/registry/apps/controllerrevision"
	"k8s.io/kubernetes/pkg/registry/apps/daemonset"
	"k8s.io/kubernetes/pkg/registry/apps/deployment"
	"k8s.io/kubernetes/pkg/registry/apps/statefulset"
	"k8s.io/kubernetes/pkg/registry/autoscaling/horizontalpodautoscaler"
	"k8s.io/kubernetes/pkg/registry/batch/cronjob"
	"k8s.io/kubernetes/pkg/registry/coordination/lease"
	"k8s.io/kubernetes/pkg/registry/core/limitrange"
	"k8s.io/kubernetes/pkg/registry/core/podtemplate"
	"k8s.io/kubernetes/pkg/registry/core/resourcequota"
	"k8s.io/kubernetes/pkg/registry/flowcontrol/flowschema"
	"k8s.io/kubernetes/pkg/registry/flowcontrol/prioritylevelconfiguration"
	"k8s.io/kubernetes/pkg/registry/networking/ingress"
	"k8s.io/kubernetes/pkg/registry/networking/ingressclass"
	"k8s.io/kubernetes/pkg/registry/networking/networkpolicy"
	"k8s.io/kubernetes/pkg/registry/node/runtimeclass"
	"k8s.io/kubernetes/pkg/registry/policy/poddisruptionbudget"
	"k8s.io/kubernetes/pkg/registry/rbac/clusterrole"
	"k8s.io/kubernetes/pkg/registry/rbac/clusterrolebinding"
	"k8s.io/kubernetes/pkg/registry/rbac/role"
	"k8s.io/kubernetes/pkg/registry/rbac/rolebinding"
	"k8s.io/kubernetes/pkg/registry/resource/deviceclass"
	"k8s.io/kubernetes/pkg/registry/scheduling/priorityclass"
	"k8s.io/kubernetes/pkg/registry/storage/csidriver"
	"k8s.io/kubernetes/pkg/registry/storage/storageclass"
	"k8s.io/kubernetes/pkg/registry/storage/volumeattributesclass"
)

// strategies are the rules of each kind: upstream's where they compile for WebAssembly, and our small ones
// (small.go) where upstream's bring a client of etcd or of Kubernetes along. A kind without one is decoded and no
// more: the rules of admission configurations cannot be had without such a client at all.
var strategies = map[schema.GroupKind]rest.RESTCreateStrategy{
	{Group: "apiextensions.k8s.io", Kind: "CustomResourceDefinition"}: customResourceDefinitions,
	{Group: "apps", Kind: "ControllerRevision"}:                       controllerrevision.Strategy,
	{Group: "apps", Kind: "DaemonSet"}:                                daemonset.Strategy,
	{Group: "apps", Kind: "Deployment"}:                               deployment.Strategy,
	{Group: "apps", Kind: "ReplicaSet"}:                               replicaSets,
	{Group: "apps", Kind: "StatefulSet"}:                              statefulset.Strategy,
	{Group: "autoscaling", Kind: "HorizontalPodAutoscaler"}:           horizontalpodautoscaler.Strategy,
	{Group: "batch", Kind: "CronJob"}:                                 cronjob.Strategy,
	{Group: "batch", Kind: "Job"}:                                     jobs,
	{Group: "coordination.k8s.io", Kind: "Lease"}:                     lease.Strategy,
	{Kind: "ConfigMap"}:                                               configMaps,
	{Kind: "Endpoints"}:                                               endpoints,
	{Kind: "LimitRange"}:                                              limitrange.Strategy,
	{Kind: "Namespace"}:                                               namespaces,
	{Kind: "PersistentVolume"}:                                        persistentVolumes,
	{Kind: "PersistentVolumeClaim"}:                                   persistentVolumeClaims,
	{Kind: "Pod"}:                                                     pods,
	{Kind: "PodTemplate"}:                                             podtemplate.Strategy,
	{Kind: "ReplicationController"}:                                   replicationControllers,
	{Kind: "ResourceQuota"}:                                           resourcequota.Strategy,
	{Kind: "Secret"}:                                                  secrets,
	{Kind: "Service"}:                                                 services,
	{Kind: "ServiceAccount"}:                                          serviceAccounts,
	{Group: "discovery.k8s.io", Kind: "EndpointSlice"}:                endpointSlices,
	{Group: "flowcontrol.apiserver.k8s.io", Kind: "FlowSchema"}:       flowschema.Strategy,
	{Group: "flowcontrol.apiserver.k8s.io", Kind: "PriorityLevelConfiguration"}: prioritylevelconfiguration.Strategy,
	{Group: "networking.k8s.io", Kind: "Ingress"}:                               ingress.Strategy,
	{Group: "networking.k8s.io", Kind: "IngressClass"}:                          ingressclass.Strategy,
	{Group: "networking.k8s.io", Kind: "NetworkPolicy"}:                         networkpolicy.Strategy,
	{Group: "node.k8s.io", Kind: "RuntimeClass"}:                                runtimeclass.Strategy,
	{Group: "policy", Kind: "PodDisruptionBudget"}:                              poddisruptionbudget.Strategy,
	{Group: "rbac.authorization.k8s.io", Kind: "ClusterRole"}:                   clusterrole.Strategy,
	{Group: "rbac.authorization.k8s.io", Kind: "ClusterRoleBinding"}:            clusterrolebinding.Strategy,
	{Group: "rbac.authorization.k8s.io", Kind: "Role"}:                          role.Strategy,
	{Group: "rbac.authorization.k8s.io", Kind: "RoleBinding"}:                   rolebinding.Strategy,
	{Group: "resource.k8s.io", Kind: "DeviceClass"}:                             deviceclass.Strategy,
	{Group: "scheduling.k8s.io", Kind: "PriorityClass"}:                         priorityclass.Strategy,
	{Group: "storage.k8s.io", Kind: "CSIDriver"}:                                csidriver.Strategy,
	{Group: "storage.k8s.io", Kind: "StorageClass"}:                             storageclass.Strategy,
	{Group: "storage.k8s.io", Kind: "VolumeAttributesClass"}:                    volumeattributesclass.Strategy,
}
