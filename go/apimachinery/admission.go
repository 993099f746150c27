package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"

	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apiserver/pkg/admission"
	utilfeature "k8s.io/apiserver/pkg/util/feature"
	"k8s.io/component-base/featuregate"
	"k8s.io/kubernetes/pkg/apis/core"
	"k8s.io/kubernetes/pkg/apis/scheduling"
	"k8s.io/kubernetes/plugin/pkg/admission/defaulttolerationseconds"
	"k8s.io/kubernetes/plugin/pkg/admission/nodetaint"
)

// errAsked ends a request that asks for what webhooks and policies get to see.
var errAsked = errors.New("admission is asked")

// admit is what a server's plugins that need no other object do, and the place where the caller's webhooks and policies
// come in.
type admit struct {
	plugins []admission.MutationInterface
}

// question is the caller's part in the admission of the request that is carried out.
type question struct {
	// ask ends the request; asked is then what it is about.
	ask   bool
	asked json.RawMessage
	// prepared is what came back; nil without webhooks.
	prepared json.RawMessage
}

var questioning = &question{}

func newAdmit() *admit {
	tolerations := defaulttolerationseconds.NewDefaultTolerationSeconds()
	var gates featuregate.FeatureGate = utilfeature.DefaultFeatureGate
	tolerations.InspectFeatureGates(gates)
	return &admit{plugins: []admission.MutationInterface{
		nodetaint.NewPlugin(), priorities{}, tolerations, protection{},
	}}
}

var _ admission.MutationInterface = &admit{}

func (a *admit) Handles(operation admission.Operation) bool { return operation != admission.Connect }

func (a *admit) Admit(ctx context.Context, about admission.Attributes, objects admission.ObjectInterfaces) error {
	for _, plugin := range a.plugins {
		if plugin.Handles(about.GetOperation()) {
			if err := plugin.Admit(ctx, about, objects); err != nil {
				return err
			}
		}
	}
	switch {
	case about.GetOperation() == admission.Delete:
		return nil
	case questioning.ask:
		asked, err := versioned(about, objects)
		if err != nil {
			return err
		}
		questioning.asked = asked
		return errAsked
	case questioning.prepared != nil:
		return takePrepared(about, objects)
	default:
		return nil
	}
}

func versioned(about admission.Attributes, objects admission.ObjectInterfaces) (json.RawMessage, error) {
	made, err := objects.GetObjectConvertor().ConvertToVersion(about.GetObject(), about.GetKind().GroupVersion())
	if err != nil {
		return nil, err
	}
	made.GetObjectKind().SetGroupVersionKind(about.GetKind())
	return json.Marshal(made)
}

// takePrepared goes on with what webhooks made of the object, as a server does after their patches.
func takePrepared(about admission.Attributes, objects admission.ObjectInterfaces) error {
	made, err := objects.GetObjectCreater().New(about.GetKind())
	if err != nil {
		return err
	}
	if to, ok := made.(runtime.Unstructured); ok {
		content := map[string]any{}
		if err := json.Unmarshal(questioning.prepared, &content); err != nil {
			return err
		}
		to.SetUnstructuredContent(content)
	} else if err := json.Unmarshal(questioning.prepared, made); err != nil {
		return err
	}
	objects.GetObjectDefaulter().Default(made)
	return objects.GetObjectConvertor().Convert(made, about.GetObject(), nil)
}

// priorities stands for the plugin Priority in a cluster without priority classes but the system's: it knows no others.
type priorities struct{}

func (priorities) Handles(operation admission.Operation) bool {
	return operation == admission.Create || operation == admission.Update
}

func (priorities) Admit(_ context.Context, about admission.Attributes, _ admission.ObjectInterfaces) error {
	pod, ok := about.GetObject().(*core.Pod)
	if !ok || about.GetSubresource() != "" {
		return nil
	}
	if old, ok := about.GetOldObject().(*core.Pod); ok && about.GetOperation() == admission.Update {
		if pod.Spec.Priority == nil {
			pod.Spec.Priority = old.Spec.Priority
		}
		if pod.Spec.PreemptionPolicy == nil {
			pod.Spec.PreemptionPolicy = old.Spec.PreemptionPolicy
		}
		return nil
	}
	priority := int32(scheduling.DefaultPriorityWhenNoDefaultClassExists)
	switch pod.Spec.PriorityClassName {
	case scheduling.SystemClusterCritical:
		priority = scheduling.SystemCriticalPriority
	case scheduling.SystemNodeCritical:
		priority = scheduling.SystemCriticalPriority + 1000
	}
	if pod.Spec.Priority != nil && *pod.Spec.Priority != priority {
		return admission.NewForbidden(about, fmt.Errorf("the integer value of priority (%d) must not be provided in pod spec; "+
			"priority admission controller computed %d from the given PriorityClass name", *pod.Spec.Priority, priority))
	}
	pod.Spec.Priority = &priority
	if pod.Spec.PreemptionPolicy == nil {
		policy := core.PreemptLowerPriority
		pod.Spec.PreemptionPolicy = &policy
	}
	return nil
}

// protection stands for the plugin StorageObjectInUseProtection, which brings the kubelet's volumes along.
type protection struct{}

func (protection) Handles(operation admission.Operation) bool { return operation == admission.Create }

func (protection) Admit(_ context.Context, about admission.Attributes, _ admission.ObjectInterfaces) error {
	if about.GetSubresource() != "" {
		return nil
	}
	switch one := about.GetObject().(type) {
	case *core.PersistentVolume:
		one.Finalizers = with(one.Finalizers, "kubernetes.io/pv-protection")
	case *core.PersistentVolumeClaim:
		one.Finalizers = with(one.Finalizers, "kubernetes.io/pvc-protection")
	}
	return nil
}

func with(all []string, one string) []string {
	if slices.Contains(all, one) {
		return all
	}
	return append(all, one)
}
