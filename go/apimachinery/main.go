// Command apimachinery is Kubernetes' own handling of objects, for a host that gives it bytes and takes bytes: it
// decodes, defaults, converts and validates as an API server does, because it is the API server's code. It is
// compiled to a WebAssembly module, in which it has no files, no network, no environment and no processes.
//
//	alloc(n)        a buffer of n bytes for a request
//	process(p, n)   carries out the request of n bytes at p, JSON with an operation; gives the length of the reply
//	reply()         where the reply is, until the next call
package main

import (
	"encoding/json"
	"fmt"
	"io"
	"runtime/debug"
	// The module has no files, so it brings along the time zones that schedules name.
	_ "time/tzdata"
	"unsafe"

	utilruntime "k8s.io/apimachinery/pkg/util/runtime"
	"k8s.io/klog/v2"
)

// operations are what a request may ask for.
var operations = map[string]func(request []byte) (any, error){
	"decode":   decodeObject,
	"describe": describeDefinition,
	"serve":    serveRequest,
	"validate": validateObjects,
}

var (
	pending = map[uintptr][]byte{}
	out     []byte
)

func init() {
	klog.LogToStderr(false)
	klog.SetOutput(io.Discard)
	// Handlers of errors log them, and then wait, which takes for ever where time stands still.
	utilruntime.ErrorHandlers = nil
	// The memory ends at 1 GiB: collect harder before it does.
	debug.SetMemoryLimit(800 << 20)
}

//go:wasmexport alloc
func alloc(n int32) int32 {
	buffer := make([]byte, max(n, 1))
	at := uintptr(unsafe.Pointer(&buffer[0]))
	pending[at] = buffer
	return int32(at)
}

//go:wasmexport reply
func reply() int32 {
	return int32(uintptr(unsafe.Pointer(&out[0])))
}

//go:wasmexport process
func process(at int32, n int32) int32 {
	request := pending[uintptr(at)][:n]
	delete(pending, uintptr(at))
	made, err := carryOut(request)
	if err == nil {
		out, err = json.Marshal(made)
	}
	if err != nil {
		out, _ = json.Marshal(map[string]string{"failure": err.Error()})
	}
	return int32(len(out))
}

func carryOut(request []byte) (made any, failure error) {
	defer func() {
		if cause := recover(); cause != nil {
			failure = fmt.Errorf("panic: %v", cause)
		}
	}()
	var head struct {
		Operation string `json:"operation"`
		Version   string `json:"version"`
	}
	if err := json.Unmarshal(request, &head); err != nil {
		return nil, err
	}
	operation := operations[head.Operation]
	if operation == nil {
		return nil, fmt.Errorf("there is no operation %q", head.Operation)
	}
	if err := emulate(head.Version); err != nil {
		return nil, err
	}
	return operation(request)
}

func main() {}
