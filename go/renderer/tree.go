package main

import (
	"errors"
	"fmt"
	"io/fs"
	"path"
	"path/filepath"
	"slices"

	"sigs.k8s.io/kustomize/kyaml/filesys"
)

// tree is the file system that Kustomize sees: the files of the request below `/`, to read only. (Its own one in
// memory refuses names that git allows, such as `high-availability-1.21+`.)
type tree struct {
	files   map[string][]byte
	folders map[string][]string
}

var errReadOnly = errors.New("the source is not written to")

var _ filesys.FileSystem = (*tree)(nil)

func newTree(content map[string][]byte) *tree {
	t := &tree{files: make(map[string][]byte, len(content)), folders: map[string][]string{"/": nil}}
	for name, text := range content {
		at := "/" + name
		t.files[at] = text
		for at != "/" {
			folder := path.Dir(at)
			known, there := t.folders[folder]
			t.folders[folder] = append(known, path.Base(at))
			if there {
				break
			}
			at = folder
		}
	}
	for folder := range t.folders {
		slices.Sort(t.folders[folder])
	}
	return t
}

func clean(name string) string { return path.Join("/", name) }

func (t *tree) IsDir(name string) bool {
	_, there := t.folders[clean(name)]
	return there
}

func (t *tree) Exists(name string) bool {
	_, file := t.files[clean(name)]
	return file || t.IsDir(name)
}

func (t *tree) ReadFile(name string) ([]byte, error) {
	content, there := t.files[clean(name)]
	if there {
		return content, nil
	}
	if t.IsDir(name) {
		return nil, fmt.Errorf("read %s: is a directory", name)
	}
	return nil, &fs.PathError{Op: "open", Path: name, Err: fs.ErrNotExist}
}

func (t *tree) ReadDir(name string) ([]string, error) {
	names, there := t.folders[clean(name)]
	if !there {
		return nil, &fs.PathError{Op: "open", Path: name, Err: fs.ErrNotExist}
	}
	return slices.Clone(names), nil
}

func (t *tree) CleanedAbs(name string) (filesys.ConfirmedDir, string, error) {
	at := clean(name)
	if t.IsDir(at) {
		return filesys.ConfirmedDir(at), "", nil
	}
	if _, there := t.files[at]; there {
		return filesys.ConfirmedDir(path.Dir(at)), path.Base(at), nil
	}
	return "", "", fmt.Errorf("'%s' doesn't exist", name)
}

func (t *tree) Glob(pattern string) ([]string, error) {
	found := []string{}
	for name := range t.files {
		matches, err := path.Match(clean(pattern), name)
		if err != nil {
			return nil, err
		}
		if matches {
			found = append(found, name)
		}
	}
	slices.Sort(found)
	return found, nil
}

func (t *tree) Walk(name string, _ filepath.WalkFunc) error {
	return fmt.Errorf("walk %s: %w", name, errors.ErrUnsupported)
}

func (t *tree) Open(name string) (filesys.File, error) {
	return nil, fmt.Errorf("open %s: %w", name, errors.ErrUnsupported)
}

func (t *tree) Create(string) (filesys.File, error) { return nil, errReadOnly }
func (t *tree) Mkdir(string) error                  { return errReadOnly }
func (t *tree) MkdirAll(string) error               { return errReadOnly }
func (t *tree) RemoveAll(string) error              { return errReadOnly }
func (t *tree) WriteFile(string, []byte) error      { return errReadOnly }
