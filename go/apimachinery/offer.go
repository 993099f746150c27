package main

import (
	"context"
	"net"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apiserver/pkg/registry/rest"

	"k8s.io/kubernetes/pkg/apis/core"
	"k8s.io/kubernetes/pkg/registry/core/service/ipallocator"
	"k8s.io/kubernetes/pkg/registry/core/service/portallocator"
)

// offer is what a Service may take. Whether somebody else has it is the caller's to know.
type offer struct {
	ClusterIP string `json:"clusterIP"`
	NodePorts []int  `json:"nodePorts"`
}

// offering is what the request that is carried out offers.
var offering offer

type offeredAddress struct{}

var _ ipallocator.Interface = offeredAddress{}

func (offeredAddress) Allocate(net.IP) error { return nil }
func (offeredAddress) AllocateNext() (net.IP, error) {
	if address := net.ParseIP(offering.ClusterIP); address != nil {
		return address, nil
	}
	return nil, ipallocator.ErrFull
}
func (offeredAddress) Release(net.IP) error              { return nil }
func (offeredAddress) ForEach(func(net.IP))              {}
func (offeredAddress) CIDR() net.IPNet                   { return net.IPNet{} }
func (offeredAddress) IPFamily() core.IPFamily           { return core.IPv4Protocol }
func (offeredAddress) Has(net.IP) bool                   { return false }
func (offeredAddress) Destroy()                          {}
func (offeredAddress) EnableMetrics()                    {}
func (one offeredAddress) DryRun() ipallocator.Interface { return one }

type offeredPorts struct{}

var _ portallocator.Interface = offeredPorts{}

func (offeredPorts) Allocate(int) error { return nil }
func (offeredPorts) AllocateNext() (int, error) {
	if len(offering.NodePorts) == 0 {
		return 0, portallocator.ErrFull
	}
	port := offering.NodePorts[0]
	offering.NodePorts = offering.NodePorts[1:]
	return port, nil
}
func (offeredPorts) Release(int) error { return nil }
func (offeredPorts) ForEach(func(int)) {}
func (offeredPorts) Has(int) bool      { return false }
func (offeredPorts) Destroy()          {}
func (offeredPorts) EnableMetrics()    {}

// noEndpoints stands for the Endpoints of a Service, which are not here: a server deletes them with it.
type noEndpoints struct{}

func (noEndpoints) Get(_ context.Context, name string, _ *metav1.GetOptions) (runtime.Object, error) {
	return nil, apierrors.NewNotFound(core.Resource("endpoints"), name)
}

func (noEndpoints) Delete(
	_ context.Context, name string, _ rest.ValidateObjectFunc, _ *metav1.DeleteOptions,
) (runtime.Object, bool, error) {
	return nil, false, apierrors.NewNotFound(core.Resource("endpoints"), name)
}
