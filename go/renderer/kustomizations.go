package main

import (
	"fmt"
	"path"
	"path/filepath"
	"regexp"
	"strings"

	"sigs.k8s.io/kustomize/api/konfig"
	"sigs.k8s.io/kustomize/api/types"
	"sigs.k8s.io/kustomize/kyaml/yaml"
)

// deepest is how far bases may follow each other.
const deepest = 100

// varsName is the ConfigMap that replacements take the variables of the bundle from.
const varsName = "evenkeel-vars"

// kustomizations are the kustomization files that a build reads.
type kustomizations struct {
	req     *request
	visited map[string]bool
}

// marks is what was there before the program wrote its own wishes into the top kustomization.
type marks struct{ originWanted bool }

// fileOf gives the kustomization file of a folder, or the folder where it has none.
func (k *kustomizations) fileOf(folder string) string {
	for _, name := range konfig.RecognizedKustomizationFileNames() {
		if file := path.Join(folder, name); k.req.content[file] != nil {
			return file
		}
	}
	return folder
}

// walk looks at the kustomization of a folder and at all that it refers to, before anything is built: what needs
// a network, a process or a plugin is refused with its line, and remote bases that the host has fetched get the
// path at which they are.
func (k *kustomizations) walk(folder string, depth int) error {
	if k.visited[folder] {
		return nil
	}
	k.visited[folder] = true
	file := k.fileOf(folder)
	content, there := k.req.content[file]
	if !there {
		return nil
	}
	if depth > deepest {
		return &failure{Code: "limit", File: file, Line: 1, Message: fmt.Sprintf("bases follow each other more than %d deep", deepest)}
	}
	root, err := yaml.Parse(string(content))
	if err != nil || root.YNode().Kind != yaml.MappingNode {
		return nil // Kustomize says it better.
	}
	rewritten := false
	for _, key := range []string{"helmCharts", "helmChartInflationGenerator"} {
		if list := field(root, key); list != nil && len(list.Content) > 0 {
			return &failure{
				Code: "refused", File: file, Line: list.Line,
				Message: key + " is not rendered inside a kustomization: it would run the helm program and use the network",
				Hint:    "make the chart a bundle of its own with renderer helm, or commit the output of helm template as a resource",
			}
		}
	}
	for _, key := range []string{"resources", "bases", "components", "generators", "transformers", "validators", "crds", "configurations"} {
		list := field(root, key)
		if list == nil {
			continue
		}
		for _, entry := range list.Content {
			if entry.Kind != yaml.ScalarNode {
				continue
			}
			if key == "generators" || key == "transformers" || key == "validators" {
				if err := k.refusePlugins(folder, file, entry); err != nil {
					return err
				}
			}
			if at, fetched := k.req.Remotes[entry.Value]; fetched {
				relative, err := filepath.Rel("/"+folder, "/"+at)
				if err != nil {
					return err
				}
				entry.SetString(relative)
				rewritten = true
			} else if isRemote(entry.Value) && !k.there(path.Join(folder, entry.Value)) {
				return &failure{
					Code: "refused", File: file, Line: entry.Line,
					Message: fmt.Sprintf("%s is remote, and a renderer has no network", entry.Value),
					Hint:    "copy it into the repository and refer to it by its path",
				}
			}
			if err := k.walk(path.Join(folder, entry.Value), depth+1); err != nil {
				return err
			}
		}
	}
	if rewritten {
		return k.write(file, root)
	}
	return nil
}

var isFunction = regexp.MustCompile(`(?m)(config\.kubernetes\.io/function|config\.k8s\.io/function|^\s*(exec|container|starlark):)`)

// refusePlugins refuses configurations of functions, whether they stand in the list or in a file.
func (k *kustomizations) refusePlugins(folder, file string, entry *yaml.Node) error {
	text, line := entry.Value, entry.Line
	if at := path.Join(folder, entry.Value); k.req.content[at] != nil {
		text, file, line = string(k.req.content[at]), at, 1
	}
	found := isFunction.FindStringIndex(text)
	if found == nil || !strings.Contains(text, "/function") {
		return nil
	}
	return &failure{
		Code: "refused", File: file, Line: line + strings.Count(text[:found[0]], "\n"),
		Message: "this is a function, and exec and container functions are never run",
		Hint:    "use the built-in generators and transformers, or commit what the function gives",
	}
}

// there tells whether a path is a file or a folder of the request.
func (k *kustomizations) there(at string) bool {
	if _, file := k.req.content[at]; file {
		return true
	}
	for name := range k.req.content {
		if strings.HasPrefix(name, at+"/") {
			return true
		}
	}
	return false
}

// isRemote tells what Kustomize would take from a network: a URL, scp-like, or a host with a path.
func isRemote(reference string) bool {
	if strings.ContainsAny(reference, "\n") || strings.HasPrefix(reference, "/") || strings.HasPrefix(reference, ".") {
		return false
	}
	return strings.Contains(reference, "://") || strings.Contains(reference, "::") || strings.Contains(reference, "?ref=") ||
		strings.HasPrefix(reference, "git@") || strings.HasPrefix(reference, "github.com/") || strings.HasPrefix(reference, "file:")
}

// prepareTop asks for origins, and adds the variables as a resource that does not leave the build.
func (k *kustomizations) prepareTop(folder string) (marks, error) {
	file := k.fileOf(folder)
	root, err := yaml.Parse(string(k.req.content[file]))
	if err != nil || root.YNode().Kind != yaml.MappingNode || len(root.YNode().Content) == 0 {
		return marks{}, nil
	}
	found := marks{originWanted: holds(field(root, "buildMetadata"), types.OriginAnnotations)}
	if !found.originWanted {
		if err := appendTo(root, "buildMetadata", types.OriginAnnotations); err != nil {
			return found, k.failureOf(err)
		}
	}
	if len(k.req.Vars) > 0 {
		name := "evenkeel-vars.yaml"
		for k.req.content[path.Join(folder, name)] != nil {
			name = "_" + name
		}
		config, err := yaml.Marshal(map[string]any{
			"apiVersion": "v1",
			"kind":       "ConfigMap",
			"metadata":   map[string]any{"name": varsName, "annotations": map[string]string{konfig.IgnoredByKustomizeAnnotation: "true"}},
			"data":       k.req.Vars,
		})
		if err != nil {
			return found, err
		}
		k.req.content[path.Join(folder, name)] = config
		if err := appendTo(root, "resources", name); err != nil {
			return found, k.failureOf(err)
		}
	}
	return found, k.write(file, root)
}

func (k *kustomizations) write(file string, root *yaml.RNode) error {
	text, err := root.String()
	if err != nil {
		return &failure{Code: "kustomize", File: file, Message: err.Error()}
	}
	k.req.content[file] = []byte(text)
	return nil
}

// field gives the list or map under a key, or nil.
func field(root *yaml.RNode, key string) *yaml.Node {
	content := root.YNode().Content
	for i := 0; i+1 < len(content); i += 2 {
		if content[i].Value == key {
			node := content[i+1]
			if node.Kind == yaml.AliasNode {
				node = node.Alias
			}
			return node
		}
	}
	return nil
}

func holds(list *yaml.Node, value string) bool {
	if list == nil {
		return false
	}
	for _, entry := range list.Content {
		if entry.Value == value {
			return true
		}
	}
	return false
}

func appendTo(root *yaml.RNode, key, value string) error {
	if list := field(root, key); list != nil && list.Kind == yaml.ScalarNode {
		// `resources:` with nothing behind it.
		*list = yaml.Node{Kind: yaml.SequenceNode}
	}
	return root.PipeE(yaml.LookupCreate(yaml.SequenceNode, key), yaml.Append(yaml.NewStringRNode(value).YNode()))
}
