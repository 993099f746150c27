package main

import (
	"fmt"

	apiextensions "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/install"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/util/version"
	utilfeature "k8s.io/apiserver/pkg/util/feature"
	"k8s.io/kubernetes/pkg/api/legacyscheme"
	_ "k8s.io/kubernetes/pkg/apis/admissionregistration/install"
	_ "k8s.io/kubernetes/pkg/apis/apps/install"
	_ "k8s.io/kubernetes/pkg/apis/authentication/install"
	_ "k8s.io/kubernetes/pkg/apis/authorization/install"
	_ "k8s.io/kubernetes/pkg/apis/autoscaling/install"
	_ "k8s.io/kubernetes/pkg/apis/batch/install"
	_ "k8s.io/kubernetes/pkg/apis/certificates/install"
	_ "k8s.io/kubernetes/pkg/apis/coordination/install"
	_ "k8s.io/kubernetes/pkg/apis/core/install"
	_ "k8s.io/kubernetes/pkg/apis/discovery/install"
	_ "k8s.io/kubernetes/pkg/apis/events/install"
	_ "k8s.io/kubernetes/pkg/apis/extensions/install"
	_ "k8s.io/kubernetes/pkg/apis/flowcontrol/install"
	_ "k8s.io/kubernetes/pkg/apis/networking/install"
	_ "k8s.io/kubernetes/pkg/apis/node/install"
	_ "k8s.io/kubernetes/pkg/apis/policy/install"
	_ "k8s.io/kubernetes/pkg/apis/rbac/install"
	_ "k8s.io/kubernetes/pkg/apis/resource/install"
	_ "k8s.io/kubernetes/pkg/apis/scheduling/install"
	_ "k8s.io/kubernetes/pkg/apis/storage/install"
)

// newest is the version of Kubernetes whose code this is.
var newest = version.MustParseGeneric("1.36")

// emulated is the version as which requests are answered.
var emulated = newest

func init() {
	apiextensions.Install(legacyscheme.Scheme)
}

// emulate makes the feature gates those of a version, as --emulated-version does; empty is the newest.
func emulate(wanted string) error {
	to := newest
	if wanted != "" {
		parsed, err := version.ParseGeneric(wanted)
		if err != nil {
			return fmt.Errorf("%q is no version of Kubernetes: %w", wanted, err)
		}
		if to = version.MajorMinor(parsed.Major(), parsed.Minor()); newest.LessThan(to) {
			to = newest
		}
	}
	if to.EqualTo(emulated) {
		return nil
	}
	if err := utilfeature.DefaultMutableFeatureGate.SetEmulationVersion(to); err != nil {
		return err
	}
	emulated = to
	return nil
}

// isServed says whether the emulated version serves a kind that is registered.
func isServed(kind schema.GroupVersionKind) bool {
	object, err := legacyscheme.Scheme.New(kind)
	if err != nil {
		return false
	}
	if one, ok := object.(interface{ APILifecycleRemoved() (int, int) }); ok {
		if major, minor := one.APILifecycleRemoved(); !emulated.LessThan(release(major, minor)) {
			return false
		}
	}
	if one, ok := object.(interface{ APILifecycleIntroduced() (int, int) }); ok {
		if major, minor := one.APILifecycleIntroduced(); emulated.LessThan(release(major, minor)) {
			return false
		}
	}
	return true
}

// servedAs lists the API versions that serve a kind, the preferred one first: those of its group, else those of the
// group that it has moved to.
func servedAs(kind schema.GroupKind) []string {
	own, others := []string{}, []string{}
	for _, one := range legacyscheme.Scheme.PrioritizedVersionsAllGroups() {
		if !isServed(one.WithKind(kind.Kind)) {
			continue
		}
		if one.Group == kind.Group {
			own = append(own, one.String())
		} else {
			others = append(others, one.String())
		}
	}
	if len(own) == 0 {
		return others
	}
	return own
}

func release(major int, minor int) *version.Version {
	return version.MajorMinor(uint(major), uint(minor))
}

// isInternal says whether a type is the form that all versions are converted to.
func isInternal(kind schema.GroupVersionKind) bool {
	return kind.Version == runtime.APIVersionInternal
}
