package main

import (
	"encoding/json"
	"fmt"
	"path"
	"regexp"
	"strconv"
	"strings"

	"sigs.k8s.io/kustomize/api/krusty"
	"sigs.k8s.io/kustomize/api/types"
	"sigs.k8s.io/kustomize/kyaml/yaml"
)

// renderKustomize builds the kustomization at the path of the request, as `kustomize build` does, in a file system
// that holds the files of the request and nothing else.
func renderKustomize(req *request) (*result, error) {
	walked := &kustomizations{req: req, visited: map[string]bool{}}
	if err := walked.walk(path.Clean(req.Path), 0); err != nil {
		return nil, err
	}
	marks, err := walked.prepareTop(path.Clean(req.Path))
	if err != nil {
		return nil, err
	}
	options := krusty.MakeDefaultOptions()
	// As the command line has it: in the order of kinds unless the kustomization says otherwise.
	options.Reorder = krusty.ReorderOptionUnspecified
	options.LoadRestrictions = types.LoadRestrictionsRootOnly
	options.PluginConfig = types.DisabledPluginConfig()
	built, err := krusty.MakeKustomizer(options).Run(newTree(req.content), path.Join("/", req.Path))
	if err != nil {
		return nil, walked.failureOf(err)
	}
	made := &result{Objects: []object{}}
	total := 0
	for _, resource := range built.Resources() {
		origin, err := resource.GetOrigin()
		if err != nil {
			return nil, walked.failureOf(err)
		}
		one := object{}
		if origin != nil {
			one.File, one.Generated = origin.Path, false
			if one.File == "" {
				one.File, one.Generated = origin.ConfiguredIn, true
			}
		}
		if !marks.originWanted {
			if err := resource.SetOrigin(nil); err != nil {
				return nil, walked.failureOf(err)
			}
		}
		if one.Value, err = jsonOf(&resource.RNode); err != nil {
			return nil, walked.failureOf(err)
		}
		if total += len(one.Value); total > outputLimit {
			return nil, &failure{Code: "limit", Message: fmt.Sprintf("the objects are larger than %d bytes", outputLimit)}
		}
		made.Objects = append(made.Objects, one)
	}
	return made, nil
}

// jsonOf gives an object as JSON: what its own MarshalJSON gives, without writing and reading its YAML in between,
// which takes as long as a quarter of the whole build.
func jsonOf(node *yaml.RNode) ([]byte, error) {
	var value map[string]any
	if err := node.YNode().Decode(&value); err != nil {
		return nil, err
	}
	return json.Marshal(value)
}

var (
	quotedPath = regexp.MustCompile(`'([^'\s]+\.(?:ya?ml|json)|[^'\s]*Kustomization)'`)
	yamlLine   = regexp.MustCompile(`yaml: line (\d+)`)
	inFolder   = regexp.MustCompile(`(?:recursed accumulation of path|target for path|kustomization file under) '?(/[^':\s]*)`)
	noRoot     = regexp.MustCompile(`'(/[^']*)' doesn't exist|evalsymlink failure on '([^']*)'|unable to find one of .* in directory '([^']*)'`)
)

// failureOf puts an error of Kustomize at the file that it is about, as far as its text tells.
func (k *kustomizations) failureOf(err error) error {
	text := err.Error()
	f := &failure{Code: "kustomize", Message: text, File: k.fileOf(path.Clean(k.req.Path)), Line: 1}
	switch {
	case strings.Contains(text, "external plugins disabled"):
		f.Code = "refused"
		f.Hint = "exec, container and other plugins are never run: use the built-in generators and transformers, or commit what the plugin gives"
	case strings.Contains(text, "security; file"):
		f.Hint = "a kustomization may read files of its own folder only: move the file into it, or make its folder a base"
	case strings.Contains(text, "cycle detected"):
		f.Hint = "remove the reference back to a kustomization that is being built"
	case noRoot.MatchString(text):
		f.Hint = "mend the path, or add the missing file"
	}
	folder := path.Clean(k.req.Path)
	for _, match := range inFolder.FindAllStringSubmatch(text, -1) {
		folder = strings.TrimPrefix(path.Clean(match[1]), "/")
		f.File = k.fileOf(folder)
	}
	for _, match := range quotedPath.FindAllStringSubmatch(text, -1) {
		for _, candidate := range []string{strings.TrimPrefix(match[1], "/"), path.Join(folder, match[1])} {
			if _, there := k.req.content[candidate]; there {
				f.File = candidate
			}
		}
	}
	if match := yamlLine.FindStringSubmatch(text); match != nil {
		f.Line, _ = strconv.Atoi(match[1])
	}
	return f
}
