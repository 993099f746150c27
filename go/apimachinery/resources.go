package main

import (
	crdregistry "k8s.io/apiextensions-apiserver/pkg/registry/customresourcedefinition"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apiserver/pkg/registry/generic"
	"k8s.io/apiserver/pkg/registry/rest"
	corev1 "k8s.io/client-go/kubernetes/typed/core/v1"
	"k8s.io/kubernetes/pkg/api/legacyscheme"
	"k8s.io/kubernetes/pkg/apis/core"
	kubeletclient "k8s.io/kubernetes/pkg/kubelet/client"
	mutatingpolicystore "k8s.io/kubernetes/pkg/registry/admissionregistration/mutatingadmissionpolicy/storage"
	mutatingpolicybindingstore "k8s.io/kubernetes/pkg/registry/admissionregistration/mutatingadmissionpolicybinding/storage"
	mutatingwebhookstore "k8s.io/kubernetes/pkg/registry/admissionregistration/mutatingwebhookconfiguration/storage"
	policystore "k8s.io/kubernetes/pkg/registry/admissionregistration/validatingadmissionpolicy/storage"
	policybindingstore "k8s.io/kubernetes/pkg/registry/admissionregistration/validatingadmissionpolicybinding/storage"
	validatingwebhookstore "k8s.io/kubernetes/pkg/registry/admissionregistration/validatingwebhookconfiguration/storage"
	controllerrevisionstore "k8s.io/kubernetes/pkg/registry/apps/controllerrevision/storage"
	daemonsetstore "k8s.io/kubernetes/pkg/registry/apps/daemonset/storage"
	deploymentstore "k8s.io/kubernetes/pkg/registry/apps/deployment/storage"
	replicasetstore "k8s.io/kubernetes/pkg/registry/apps/replicaset/storage"
	statefulsetstore "k8s.io/kubernetes/pkg/registry/apps/statefulset/storage"
	autoscalerstore "k8s.io/kubernetes/pkg/registry/autoscaling/horizontalpodautoscaler/storage"
	cronjobstore "k8s.io/kubernetes/pkg/registry/batch/cronjob/storage"
	jobstore "k8s.io/kubernetes/pkg/registry/batch/job/storage"
	signingrequeststore "k8s.io/kubernetes/pkg/registry/certificates/certificates/storage"
	leasestore "k8s.io/kubernetes/pkg/registry/coordination/lease/storage"
	configmapstore "k8s.io/kubernetes/pkg/registry/core/configmap/storage"
	endpointstore "k8s.io/kubernetes/pkg/registry/core/endpoint/storage"
	eventstore "k8s.io/kubernetes/pkg/registry/core/event/storage"
	limitrangestore "k8s.io/kubernetes/pkg/registry/core/limitrange/storage"
	namespacestore "k8s.io/kubernetes/pkg/registry/core/namespace/storage"
	nodestore "k8s.io/kubernetes/pkg/registry/core/node/storage"
	volumestore "k8s.io/kubernetes/pkg/registry/core/persistentvolume/storage"
	claimstore "k8s.io/kubernetes/pkg/registry/core/persistentvolumeclaim/storage"
	podstore "k8s.io/kubernetes/pkg/registry/core/pod/storage"
	podtemplatestore "k8s.io/kubernetes/pkg/registry/core/podtemplate/storage"
	replicationcontrollerstore "k8s.io/kubernetes/pkg/registry/core/replicationcontroller/storage"
	quotastore "k8s.io/kubernetes/pkg/registry/core/resourcequota/storage"
	secretstore "k8s.io/kubernetes/pkg/registry/core/secret/storage"
	"k8s.io/kubernetes/pkg/registry/core/service/ipallocator"
	servicestore "k8s.io/kubernetes/pkg/registry/core/service/storage"
	serviceaccountstore "k8s.io/kubernetes/pkg/registry/core/serviceaccount/storage"
	endpointslicestore "k8s.io/kubernetes/pkg/registry/discovery/endpointslice/storage"
	flowschemastore "k8s.io/kubernetes/pkg/registry/flowcontrol/flowschema/storage"
	prioritylevelstore "k8s.io/kubernetes/pkg/registry/flowcontrol/prioritylevelconfiguration/storage"
	ingressstore "k8s.io/kubernetes/pkg/registry/networking/ingress/storage"
	ingressclassstore "k8s.io/kubernetes/pkg/registry/networking/ingressclass/storage"
	addressstore "k8s.io/kubernetes/pkg/registry/networking/ipaddress/storage"
	networkpolicystore "k8s.io/kubernetes/pkg/registry/networking/networkpolicy/storage"
	servicenetworkstore "k8s.io/kubernetes/pkg/registry/networking/servicecidr/storage"
	runtimeclassstore "k8s.io/kubernetes/pkg/registry/node/runtimeclass/storage"
	disruptionbudgetstore "k8s.io/kubernetes/pkg/registry/policy/poddisruptionbudget/storage"
	clusterrolestore "k8s.io/kubernetes/pkg/registry/rbac/clusterrole/storage"
	clusterrolebindingstore "k8s.io/kubernetes/pkg/registry/rbac/clusterrolebinding/storage"
	rolestore "k8s.io/kubernetes/pkg/registry/rbac/role/storage"
	rolebindingstore "k8s.io/kubernetes/pkg/registry/rbac/rolebinding/storage"
	deviceclassstore "k8s.io/kubernetes/pkg/registry/resource/deviceclass/storage"
	deviceclaimstore "k8s.io/kubernetes/pkg/registry/resource/resourceclaim/storage"
	claimtemplatestore "k8s.io/kubernetes/pkg/registry/resource/resourceclaimtemplate/storage"
	resourceslicestore "k8s.io/kubernetes/pkg/registry/resource/resourceslice/storage"
	priorityclassstore "k8s.io/kubernetes/pkg/registry/scheduling/priorityclass/storage"
	csidriverstore "k8s.io/kubernetes/pkg/registry/storage/csidriver/storage"
	csinodestore "k8s.io/kubernetes/pkg/registry/storage/csinode/storage"
	capacitystore "k8s.io/kubernetes/pkg/registry/storage/csistoragecapacity/storage"
	storageclassstore "k8s.io/kubernetes/pkg/registry/storage/storageclass/storage"
	attachmentstore "k8s.io/kubernetes/pkg/registry/storage/volumeattachment/storage"
	attributesclassstore "k8s.io/kubernetes/pkg/registry/storage/volumeattributesclass/storage"
)

// registries are a resource's: the one of its objects under the empty name, and those of its subresources.
type registries map[string]rest.Storage

type opener func(options generic.RESTOptionsGetter) (registries, error)

// resources are what the server's own registries serve here.
var resources = map[schema.GroupResource]opener{
	{Resource: "configmaps"}:             alone(configmapstore.NewREST),
	{Resource: "endpoints"}:              alone(endpointstore.NewREST),
	{Resource: "events"}:                 alone(openEvents),
	{Resource: "limitranges"}:            alone(limitrangestore.NewREST),
	{Resource: "namespaces"}:             openNamespaces,
	{Resource: "nodes"}:                  openNodes,
	{Resource: "persistentvolumes"}:      withStatus(volumestore.NewREST),
	{Resource: "persistentvolumeclaims"}: withStatus(claimstore.NewREST),
	{Resource: "pods"}:                   openPods,
	{Resource: "podtemplates"}:           alone(podtemplatestore.NewREST),
	{Resource: "replicationcontrollers"}: openReplicationControllers,
	{Resource: "resourcequotas"}:         withStatus(quotastore.NewREST),
	{Resource: "secrets"}:                alone(secretstore.NewREST),
	{Resource: "serviceaccounts"}:        alone(openServiceAccounts),
	{Resource: "services"}:               openServices,

	{Group: "admissionregistration.k8s.io", Resource: "mutatingadmissionpolicies"}:         alone(openMutatingPolicies),
	{Group: "admissionregistration.k8s.io", Resource: "mutatingadmissionpolicybindings"}:   alone(openMutatingPolicyBindings),
	{Group: "admissionregistration.k8s.io", Resource: "mutatingwebhookconfigurations"}:     alone(mutatingwebhookstore.NewREST),
	{Group: "admissionregistration.k8s.io", Resource: "validatingwebhookconfigurations"}:   alone(validatingwebhookstore.NewREST),
	{Group: "admissionregistration.k8s.io", Resource: "validatingadmissionpolicies"}:       withStatus(openPolicies),
	{Group: "admissionregistration.k8s.io", Resource: "validatingadmissionpolicybindings"}: alone(openPolicyBindings),

	{Group: "apiextensions.k8s.io", Resource: "customresourcedefinitions"}: openDefinitions,

	{Group: "apps", Resource: "controllerrevisions"}: alone(controllerrevisionstore.NewREST),
	{Group: "apps", Resource: "daemonsets"}:          withStatus(daemonsetstore.NewREST),
	{Group: "apps", Resource: "deployments"}:         openDeployments,
	{Group: "apps", Resource: "replicasets"}:         openReplicaSets,
	{Group: "apps", Resource: "statefulsets"}:        openStatefulSets,

	{Group: "autoscaling", Resource: "horizontalpodautoscalers"}: withStatus(autoscalerstore.NewREST),

	{Group: "batch", Resource: "cronjobs"}: withStatus(cronjobstore.NewREST),
	{Group: "batch", Resource: "jobs"}:     withStatus(jobstore.NewREST),

	{Group: "certificates.k8s.io", Resource: "certificatesigningrequests"}: openSigningRequests,
	{Group: "coordination.k8s.io", Resource: "leases"}:                     alone(leasestore.NewREST),
	{Group: "discovery.k8s.io", Resource: "endpointslices"}:                alone(endpointslicestore.NewREST),
	{Group: "events.k8s.io", Resource: "events"}:                           alone(openEvents),

	{Group: "flowcontrol.apiserver.k8s.io", Resource: "flowschemas"}:                 withStatus(flowschemastore.NewREST),
	{Group: "flowcontrol.apiserver.k8s.io", Resource: "prioritylevelconfigurations"}: withStatus(prioritylevelstore.NewREST),

	{Group: "networking.k8s.io", Resource: "ingresses"}:       withStatus(ingressstore.NewREST),
	{Group: "networking.k8s.io", Resource: "ingressclasses"}:  alone(ingressclassstore.NewREST),
	{Group: "networking.k8s.io", Resource: "ipaddresses"}:     alone(addressstore.NewREST),
	{Group: "networking.k8s.io", Resource: "servicecidrs"}:    withStatus(servicenetworkstore.NewREST),
	{Group: "networking.k8s.io", Resource: "networkpolicies"}: alone(networkpolicystore.NewREST),

	{Group: "node.k8s.io", Resource: "runtimeclasses"}:  alone(runtimeclassstore.NewREST),
	{Group: "policy", Resource: "poddisruptionbudgets"}: withStatus(disruptionbudgetstore.NewREST),

	{Group: "rbac.authorization.k8s.io", Resource: "clusterroles"}:        alone(clusterrolestore.NewREST),
	{Group: "rbac.authorization.k8s.io", Resource: "clusterrolebindings"}: alone(clusterrolebindingstore.NewREST),
	{Group: "rbac.authorization.k8s.io", Resource: "roles"}:               alone(rolestore.NewREST),
	{Group: "rbac.authorization.k8s.io", Resource: "rolebindings"}:        alone(rolebindingstore.NewREST),

	{Group: "resource.k8s.io", Resource: "deviceclasses"}:          alone(deviceclassstore.NewREST),
	{Group: "resource.k8s.io", Resource: "resourceclaims"}:         withStatus(openDeviceClaims),
	{Group: "resource.k8s.io", Resource: "resourceclaimtemplates"}: alone(openClaimTemplates),
	{Group: "resource.k8s.io", Resource: "resourceslices"}:         alone(resourceslicestore.NewREST),

	{Group: "scheduling.k8s.io", Resource: "priorityclasses"}: alone(priorityclassstore.NewREST),

	{Group: "storage.k8s.io", Resource: "csidrivers"}:              openCSIDrivers,
	{Group: "storage.k8s.io", Resource: "csinodes"}:                openCSINodes,
	{Group: "storage.k8s.io", Resource: "csistoragecapacities"}:    openCapacities,
	{Group: "storage.k8s.io", Resource: "volumeattributesclasses"}: alone(attributesclassstore.NewREST),
	{Group: "storage.k8s.io", Resource: "storageclasses"}:          alone(storageclassstore.NewREST),
	{Group: "storage.k8s.io", Resource: "volumeattachments"}:       openAttachments,
}

func alone[R rest.Storage](open func(generic.RESTOptionsGetter) (R, error)) opener {
	return func(options generic.RESTOptionsGetter) (registries, error) {
		one, err := open(options)
		return registries{"": one}, err
	}
}

func withStatus[R, S rest.Storage](open func(generic.RESTOptionsGetter) (R, S, error)) opener {
	return func(options generic.RESTOptionsGetter) (registries, error) {
		one, status, err := open(options)
		return registries{"": one, "status": status}, err
	}
}

func openEvents(options generic.RESTOptionsGetter) (*eventstore.REST, error) {
	return eventstore.NewREST(options, 0)
}

func openNamespaces(options generic.RESTOptionsGetter) (registries, error) {
	one, status, finalize, err := namespacestore.NewREST(options)
	return registries{"": one, "status": status, "finalize": finalize}, err
}

func openNodes(options generic.RESTOptionsGetter) (registries, error) {
	made, err := nodestore.NewStorage(options, kubeletclient.KubeletClientConfig{}, nil)
	if err != nil {
		return nil, err
	}
	return registries{"": made.Node, "status": made.Status}, nil
}

func openPods(options generic.RESTOptionsGetter) (registries, error) {
	made, err := podstore.NewStorage(options, nil, nil, nil, nil)
	return registries{
		"": made.Pod, "status": made.Status, "binding": made.Binding,
		"ephemeralcontainers": made.EphemeralContainers, "resize": made.Resize,
	}, err
}

func openReplicationControllers(options generic.RESTOptionsGetter) (registries, error) {
	made, err := replicationcontrollerstore.NewStorage(options)
	return registries{"": made.Controller, "status": made.Status, "scale": made.Scale}, err
}

func openServiceAccounts(options generic.RESTOptionsGetter) (*serviceaccountstore.REST, error) {
	return serviceaccountstore.NewREST(options, nil, nil, 0, nil, nil, nil, false, 0)
}

func openServices(options generic.RESTOptionsGetter) (registries, error) {
	addresses := map[core.IPFamily]ipallocator.Interface{core.IPv4Protocol: offeredAddress{}}
	one, status, _, err := servicestore.NewREST(options, core.IPv4Protocol, addresses, offeredPorts{}, noEndpoints{}, nil, nil)
	return registries{"": one, "status": status}, err
}

func openPolicies(options generic.RESTOptionsGetter) (*policystore.REST, *policystore.StatusREST, error) {
	return policystore.NewREST(options, nil, nil)
}

func openPolicyBindings(options generic.RESTOptionsGetter) (*policybindingstore.REST, error) {
	return policybindingstore.NewREST(options, nil, nil, nil)
}

func openDefinitions(options generic.RESTOptionsGetter) (registries, error) {
	one, err := crdregistry.NewREST(legacyscheme.Scheme, options)
	if err != nil {
		return nil, err
	}
	return registries{"": one, "status": crdregistry.NewStatusREST(legacyscheme.Scheme, one)}, nil
}

func openDeployments(options generic.RESTOptionsGetter) (registries, error) {
	made, err := deploymentstore.NewStorage(options)
	return registries{"": made.Deployment, "status": made.Status, "scale": made.Scale}, err
}

func openReplicaSets(options generic.RESTOptionsGetter) (registries, error) {
	made, err := replicasetstore.NewStorage(options)
	return registries{"": made.ReplicaSet, "status": made.Status, "scale": made.Scale}, err
}

func openStatefulSets(options generic.RESTOptionsGetter) (registries, error) {
	made, err := statefulsetstore.NewStorage(options)
	return registries{"": made.StatefulSet, "status": made.Status, "scale": made.Scale}, err
}

func openSigningRequests(options generic.RESTOptionsGetter) (registries, error) {
	one, status, approval, err := signingrequeststore.NewREST(options)
	return registries{"": one, "status": status, "approval": approval}, err
}

func openCSIDrivers(options generic.RESTOptionsGetter) (registries, error) {
	made, err := csidriverstore.NewStorage(options)
	if err != nil {
		return nil, err
	}
	return registries{"": made.CSIDriver}, nil
}

func openCSINodes(options generic.RESTOptionsGetter) (registries, error) {
	made, err := csinodestore.NewStorage(options)
	if err != nil {
		return nil, err
	}
	return registries{"": made.CSINode}, nil
}

func openAttachments(options generic.RESTOptionsGetter) (registries, error) {
	made, err := attachmentstore.NewStorage(options)
	if err != nil {
		return nil, err
	}
	return registries{"": made.VolumeAttachment, "status": made.Status}, nil
}

func openMutatingPolicies(options generic.RESTOptionsGetter) (*mutatingpolicystore.REST, error) {
	return mutatingpolicystore.NewREST(options, nil, nil)
}

func openMutatingPolicyBindings(options generic.RESTOptionsGetter) (*mutatingpolicybindingstore.REST, error) {
	return mutatingpolicybindingstore.NewREST(options, nil, nil, nil)
}

func openDeviceClaims(options generic.RESTOptionsGetter) (*deviceclaimstore.REST, *deviceclaimstore.StatusREST, error) {
	return deviceclaimstore.NewREST(options, noNamespaces{}, everybody{})
}

func openClaimTemplates(options generic.RESTOptionsGetter) (*claimtemplatestore.REST, error) {
	return claimtemplatestore.NewREST(options, noNamespaces{})
}

func openCapacities(options generic.RESTOptionsGetter) (registries, error) {
	made, err := capacitystore.NewStorage(options)
	if err != nil {
		return nil, err
	}
	return registries{"": made.CSIStorageCapacity}, nil
}

// noNamespaces is a client that knows no namespace; whoever asks it panics, and nobody does but for administrators'
// access to devices.
type noNamespaces struct {
	corev1.NamespaceInterface
}
