package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"regexp"
	"strconv"

	"helm.sh/helm/v4/pkg/chart/v2/loader"
	"helm.sh/helm/v4/pkg/strvals"
)

var (
	valuesLine   = regexp.MustCompile(`yaml: line (\d+)`)
	templateLine = regexp.MustCompile(`([^\s()"'<>:]+/[^\s()"'<>:]+):(\d+)(?::\d+)?`)
	parseName    = regexp.MustCompile(`^YAML parse error on ([^:]+):`)
)

// mergeValues gives the values that win over those of the chart: files in their order, then inline values, then
// those of --set and --set-string.
func mergeValues(req *request) (map[string]any, error) {
	values := map[string]any{}
	for _, name := range req.Helm.ValuesFiles {
		text, there := req.content[name]
		if !there {
			return nil, &failure{Code: "values", File: name, Line: 1, Message: "there is no such values file"}
		}
		read, err := loader.LoadValues(bytes.NewReader(text))
		if err != nil {
			f := &failure{Code: "values", File: name, Line: 1, Message: err.Error()}
			if match := valuesLine.FindStringSubmatch(err.Error()); match != nil {
				f.Line, _ = strconv.Atoi(match[1])
			}
			return nil, f
		}
		values = loader.MergeMaps(values, read)
	}
	if len(req.Helm.Values) > 0 {
		inline := map[string]any{}
		if err := json.Unmarshal(req.Helm.Values, &inline); err != nil {
			return nil, &failure{Code: "values", Message: err.Error()}
		}
		values = loader.MergeMaps(values, inline)
	}
	for _, text := range req.Helm.Set {
		if err := strvals.ParseInto(text, values); err != nil {
			return nil, &failure{Code: "values", Message: fmt.Sprintf("--set %s: %s", text, err)}
		}
	}
	for _, text := range req.Helm.SetString {
		if err := strvals.ParseIntoString(text, values); err != nil {
			return nil, &failure{Code: "values", Message: fmt.Sprintf("--set-string %s: %s", text, err)}
		}
	}
	return values, nil
}

// templateFailure puts an error of a template at the innermost template and line that its text names.
func templateFailure(err error) error {
	text := err.Error()
	f := &failure{Code: "template", Line: 1, Message: text}
	if all := templateLine.FindAllStringSubmatch(text, -1); all != nil {
		last := all[len(all)-1]
		f.File = last[1]
		f.Line, _ = strconv.Atoi(last[2])
	} else if match := parseName.FindStringSubmatch(text); match != nil {
		f.File = match[1]
	}
	return f
}
