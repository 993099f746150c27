package main

import (
	"bytes"
	"context"
	"errors"
	"reflect"

	"k8s.io/apimachinery/pkg/api/meta"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/watch"
	"k8s.io/apiserver/pkg/storage"
)

// errNoStore is the answer to what a request for one object never needs.
var errNoStore = errors.New("nothing is kept here")

// held is what is stored while a request is carried out: at most one object, or the members of a list.
type held struct {
	resource schema.GroupResource
	// live is the object as JSON; nil where there is none.
	live []byte
	// members are a list to be read.
	members [][]byte
	// stored is what the request left there, as its cell encodes it, with its revision; deleted says that it took it away.
	stored  []byte
	created bool
	deleted bool
	// read decodes what was stored.
	read func() (runtime.Object, error)
}

// holding is what the request that is carried out finds stored.
var holding = &held{}

// cell is the place of one resource in what is held. It stands where etcd stands in a server, with the same order of
// checks; revisions do not move, because the caller gives them.
type cell struct {
	resource schema.GroupResource
	codec    runtime.Codec
	empty    func() runtime.Object
	storage.APIObjectVersioner
}

var _ storage.Interface = &cell{}

func (c *cell) Versioner() storage.Versioner { return c.APIObjectVersioner }

// current is the object and its bytes as they are stored, without revision; nil where there is none.
func (c *cell) current() (runtime.Object, []byte, error) {
	if holding.resource != c.resource || holding.deleted {
		return nil, nil, nil
	}
	if holding.stored != nil {
		object, err := holding.read()
		return object, holding.stored, err
	}
	if holding.live == nil {
		return nil, nil, nil
	}
	live, err := runtime.Decode(c.codec, holding.live)
	if err != nil {
		return nil, nil, err
	}
	return c.encoded(live)
}

// encoded gives the bytes of an object without its revision, which it keeps.
func (c *cell) encoded(object runtime.Object) (runtime.Object, []byte, error) {
	revision, err := c.ObjectResourceVersion(object)
	if err != nil {
		return nil, nil, err
	}
	if err := c.PrepareObjectForStorage(object); err != nil {
		return nil, nil, err
	}
	text, err := runtime.Encode(c.codec, object)
	if err != nil {
		return nil, nil, err
	}
	return object, text, c.UpdateObject(object, revision)
}

func (c *cell) Create(_ context.Context, key string, object, out runtime.Object, _ uint64) error {
	there, _, err := c.current()
	if err != nil {
		return err
	}
	if there != nil {
		return storage.NewKeyExistsError(key, 0)
	}
	_, text, err := c.encoded(object)
	if err != nil {
		return err
	}
	return c.put(text, out, 0)
}

func (c *cell) put(text []byte, out runtime.Object, revision uint64) error {
	holding.created = revision == 0
	holding.stored = text
	holding.read = func() (runtime.Object, error) {
		object, err := runtime.Decode(c.codec, text)
		if err != nil {
			return nil, err
		}
		return object, c.UpdateObject(object, revision)
	}
	return c.decodeInto(text, out, revision)
}

func (c *cell) decodeInto(text []byte, out runtime.Object, revision uint64) error {
	if _, _, err := c.codec.Decode(text, nil, out); err != nil {
		return err
	}
	return c.UpdateObject(out, revision)
}

func (c *cell) Delete(
	ctx context.Context, key string, out runtime.Object, preconditions *storage.Preconditions,
	validate storage.ValidateObjectFunc, _ runtime.Object, _ storage.DeleteOptions,
) error {
	there, text, err := c.current()
	if err != nil {
		return err
	}
	if there == nil {
		return storage.NewKeyNotFoundError(key, 0)
	}
	if err := preconditions.Check(key, there); err != nil {
		return err
	}
	if err := validate(ctx, there); err != nil {
		return err
	}
	revision, err := c.ObjectResourceVersion(there)
	if err != nil {
		return err
	}
	holding.deleted = true
	return c.decodeInto(text, out, revision)
}

func (c *cell) Get(_ context.Context, key string, options storage.GetOptions, out runtime.Object) error {
	there, _, err := c.current()
	if err != nil {
		return err
	}
	if there == nil {
		if options.IgnoreNotFound {
			return runtime.SetZeroValue(out)
		}
		return storage.NewKeyNotFoundError(key, 0)
	}
	return assign(out, there)
}

func (c *cell) GuaranteedUpdate(
	_ context.Context, key string, out runtime.Object, ignoreNotFound bool, preconditions *storage.Preconditions,
	update storage.UpdateFunc, _ runtime.Object,
) error {
	there, before, err := c.current()
	if err != nil {
		return err
	}
	revision := uint64(0)
	if there == nil {
		if !ignoreNotFound {
			return storage.NewKeyNotFoundError(key, 0)
		}
		there = c.empty()
	} else if revision, err = c.ObjectResourceVersion(there); err != nil {
		return err
	}
	if err := preconditions.Check(key, there); err != nil {
		return err
	}
	made, _, err := update(there, storage.ResponseMeta{ResourceVersion: revision})
	if err != nil {
		return err
	}
	_, after, err := c.encoded(made)
	if err != nil {
		return err
	}
	if revision != 0 && bytes.Equal(before, after) {
		return c.decodeInto(before, out, revision)
	}
	return c.put(after, out, revision)
}

func (c *cell) GetList(_ context.Context, _ string, _ storage.ListOptions, list runtime.Object) error {
	members := []runtime.Object{}
	for _, text := range holding.members {
		member, err := runtime.Decode(c.codec, text)
		if err != nil {
			return err
		}
		members = append(members, member)
	}
	if err := meta.SetList(list, members); err != nil {
		return err
	}
	return c.UpdateList(list, 1, "", nil)
}

func (c *cell) Watch(context.Context, string, storage.ListOptions) (watch.Interface, error) {
	return nil, errNoStore
}
func (c *cell) Stats(context.Context) (storage.Stats, error) { return storage.Stats{}, errNoStore }
func (c *cell) ReadinessCheck() error                        { return nil }
func (c *cell) RequestWatchProgress(context.Context) error   { return errNoStore }
func (c *cell) GetCurrentResourceVersion(context.Context) (uint64, error) {
	return 0, errNoStore
}
func (c *cell) EnableResourceSizeEstimation(storage.KeysFunc) error { return nil }
func (c *cell) CompactRevision() int64                              { return 0 }

// assign makes out what object is.
func assign(out, object runtime.Object) error {
	if to, ok := out.(runtime.Unstructured); ok {
		to.SetUnstructuredContent(object.(runtime.Unstructured).UnstructuredContent())
		return nil
	}
	reflect.ValueOf(out).Elem().Set(reflect.ValueOf(object).Elem())
	return nil
}
