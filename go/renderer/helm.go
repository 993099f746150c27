package main

import (
	"bytes"
	"fmt"
	"path"
	"strings"

	"helm.sh/helm/v4/pkg/chart/common"
	"helm.sh/helm/v4/pkg/chart/common/util"
	chart "helm.sh/helm/v4/pkg/chart/v2"
	chartutil "helm.sh/helm/v4/pkg/chart/v2/util"
	"helm.sh/helm/v4/pkg/engine"
	releaseutil "helm.sh/helm/v4/pkg/release/v1/util"
)

// renderHelm renders the chart at the path of the request, as `helm template` does without a cluster. The objects
// come as texts, hooks among them with their annotations; notes are left out.
func renderHelm(req *request) (*result, error) {
	loaded, err := loadChart(req)
	if err != nil {
		return nil, err
	}
	chartYAML := path.Join(req.Path, "Chart.yaml")
	fail := func(code, hint string, err error) error {
		return &failure{Code: code, File: chartYAML, Line: 1, Message: err.Error(), Hint: hint}
	}
	if kind := loaded.Metadata.Type; kind != "" && kind != "application" {
		return nil, fail("chart", "name a chart of type application", fmt.Errorf("%s charts are not installable", kind))
	}
	if missing := missingDependencies(loaded); len(missing) > 0 {
		return nil, fail("chart", "put them there with helm dependency build, and commit them",
			fmt.Errorf("found in Chart.yaml, but missing in charts/ directory: %s", strings.Join(missing, ", ")))
	}
	values, err := mergeValues(req)
	if err != nil {
		return nil, err
	}
	if err := chartutil.ProcessDependencies(loaded, values); err != nil {
		return nil, fail("chart", "", err)
	}
	capabilities, err := capabilitiesOf(&req.Helm)
	if err != nil {
		return nil, fail("values", "write it as v1.36.3", err)
	}
	made := &result{Objects: []object{}, UsesCapabilities: usesCapabilities(loaded)}
	rendered, err := renderTemplates(req, loaded, values, capabilities)
	if err != nil {
		return nil, err
	}
	if req.Helm.IncludeCRDs {
		for _, crd := range loaded.CRDObjects() {
			for _, text := range documents(string(crd.File.Data)) {
				made.Objects = append(made.Objects, object{Text: text, File: crd.Filename})
			}
		}
	}
	hooks, manifests, err := releaseutil.SortManifests(rendered, nil, releaseutil.InstallOrder)
	if err != nil {
		return nil, templateFailure(err)
	}
	for _, manifest := range manifests {
		made.Objects = append(made.Objects, object{Text: manifest.Content, File: manifest.Name})
	}
	for _, hook := range hooks {
		made.Objects = append(made.Objects, object{Text: hook.Manifest, File: hook.Path})
	}
	return made, nil
}

func renderTemplates(req *request, loaded *chart.Chart, values map[string]any, capabilities *common.Capabilities) (map[string]string, error) {
	if wanted := loaded.Metadata.KubeVersion; wanted != "" && !chartutil.IsCompatibleRange(wanted, capabilities.KubeVersion.String()) {
		return nil, &failure{
			Code: "chart", File: path.Join(req.Path, "Chart.yaml"), Line: 1,
			Message: fmt.Sprintf("chart requires kubeVersion: %s which is incompatible with Kubernetes %s", wanted, capabilities.KubeVersion.Version),
		}
	}
	options := common.ReleaseOptions{Name: req.Helm.ReleaseName, Namespace: req.Helm.Namespace, Revision: 1, IsInstall: true}
	top, err := util.ToRenderValuesWithSchemaValidation(loaded, values, options, capabilities, false)
	if err != nil {
		return nil, &failure{Code: "values", File: path.Join(req.Path, "values.schema.json"), Line: 1, Message: err.Error()}
	}
	if len(req.Vars) > 0 {
		// After the schema, which does not know them.
		if into, ok := top["Values"].(common.Values); ok {
			into["evenkeel"] = asAny(req.Vars)
		} else if into, ok := top["Values"].(map[string]any); ok {
			into["evenkeel"] = asAny(req.Vars)
		}
	}
	rendered, err := engine.Engine{}.Render(loaded, top)
	if err != nil {
		return nil, templateFailure(err)
	}
	total := 0
	for name, text := range rendered {
		if strings.HasSuffix(name, "NOTES.txt") {
			delete(rendered, name)
			continue
		}
		if total += len(text); total > outputLimit {
			return nil, &failure{Code: "limit", Message: fmt.Sprintf("the objects are larger than %d bytes", outputLimit)}
		}
	}
	return rendered, nil
}

func documents(text string) []string {
	split := releaseutil.SplitManifests(text)
	list := make([]string, 0, len(split))
	for number := range len(split) {
		list = append(list, split[fmt.Sprintf("manifest-%d", number)])
	}
	return list
}

func missingDependencies(loaded *chart.Chart) []string {
	missing := []string{}
	for _, wanted := range loaded.Metadata.Dependencies {
		found := false
		for _, dependency := range loaded.Dependencies() {
			found = found || dependency.Name() == wanted.Name
		}
		if !found {
			missing = append(missing, wanted.Name)
		}
	}
	return missing
}

// usesCapabilities tells whether the version or the APIs of the cluster can change what a chart renders to.
func usesCapabilities(loaded *chart.Chart) bool {
	if loaded.Metadata.KubeVersion != "" {
		return true
	}
	for _, list := range [][]*common.File{loaded.Templates, loaded.Files} {
		for _, file := range list {
			if bytes.Contains(file.Data, []byte("Capabilities")) {
				return true
			}
		}
	}
	for _, dependency := range loaded.Dependencies() {
		if usesCapabilities(dependency) {
			return true
		}
	}
	return false
}

func asAny(vars map[string]string) map[string]any {
	all := make(map[string]any, len(vars))
	for key, value := range vars {
		all[key] = value
	}
	return all
}
