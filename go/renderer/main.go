//go:debug randseednop=0

// Command renderer renders Kustomize trees and Helm charts with the libraries of these tools, for a host that
// gives it bytes and takes bytes. It is compiled to a WebAssembly module, in which it has no files, no network,
// no environment and no processes: what a source may read is in the request.
//
//	alloc(n)        a buffer of n bytes for a request
//	render(p, n)    renders the request of n bytes at p; gives the length of the reply
//	parse(p, n)     reads YAML as kubectl does; gives the length of the reply
//	reply()         where the reply is, until the next call
package main

import (
	"encoding/json"
	"fmt"
	"log"
	"log/slog"
	"math/rand"
	"os"
	"runtime/debug"
	"unsafe"
)

// outputLimit is how many bytes of objects one rendering may have.
const outputLimit = 64 << 20

var (
	pending = map[uintptr][]byte{}
	out     []byte
)

func init() {
	log.SetFlags(0)
	log.SetOutput(os.Stderr)
	slog.SetLogLoggerLevel(slog.LevelInfo)
	// The memory ends at 1 GiB: collect harder before it does, and less often long before.
	debug.SetGCPercent(300)
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

//go:wasmexport render
func render(at int32, n int32) int32 {
	return answer(func() (*result, error) {
		req, err := readRequest(take(at, n))
		if err != nil {
			return nil, err
		}
		rand.Seed(req.ShuffleSeed) //nolint:staticcheck // randseednop=0 above keeps it at work
		var made *result
		if req.Renderer == "helm" {
			made, err = renderHelm(req)
		} else {
			made, err = renderKustomize(req)
		}
		if err != nil {
			return nil, err
		}
		made.Shuffles = drawsSince(req.ShuffleSeed)
		return made, nil
	})
}

//go:wasmexport parse
func parse(at int32, n int32) int32 {
	return answer(func() (*result, error) { return parseYAML(take(at, n)) })
}

func take(at int32, n int32) []byte {
	buffer := pending[uintptr(at)]
	delete(pending, uintptr(at))
	return buffer[:n]
}

// result is the reply to a request: objects, or the one failure that left it without.
type result struct {
	Objects          []object `json:"objects"`
	UsesCapabilities bool     `json:"usesCapabilities,omitempty"`
	// Shuffles is how often math/rand was asked, which the host cannot count.
	Shuffles int      `json:"shuffles,omitempty"`
	Failure  *failure `json:"failure,omitempty"`
}

// object is one object: its JSON, or the text of the document that it is read from.
type object struct {
	Value json.RawMessage `json:"value,omitempty"`
	Text  string          `json:"text,omitempty"`
	// File is the file that declares it. For Kustomize relative to the source's path; for Helm the name of the
	// template, which begins with the chart's name.
	File string `json:"file"`
	// Generated says that File is the kustomization which makes the object.
	Generated bool `json:"generated,omitempty"`
}

func answer(work func() (*result, error)) (length int32) {
	var made *result
	var err error
	func() {
		defer func() {
			if cause := recover(); cause != nil {
				err = &failure{Code: "panic", Message: fmt.Sprint(cause)}
			}
		}()
		made, err = work()
	}()
	if err != nil {
		made = &result{Objects: []object{}, Failure: asFailure(err)}
	}
	out, err = json.Marshal(made)
	if err != nil {
		out, _ = json.Marshal(&result{Failure: &failure{Code: "panic", Message: err.Error()}})
	}
	return int32(len(out))
}

func main() {}
