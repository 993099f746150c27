package main

import (
	"bufio"
	"bytes"
	"errors"
	"io"

	utilyaml "k8s.io/apimachinery/pkg/util/yaml"
	"sigs.k8s.io/yaml"
)

// parseYAML gives the JSON of each document as sigs.k8s.io/yaml reads it, which is how kubectl does. Tests compare
// it with the reader of the host.
func parseYAML(text []byte) (*result, error) {
	made := &result{Objects: []object{}}
	reader := utilyaml.NewYAMLReader(bufio.NewReader(bytes.NewReader(text)))
	for {
		document, err := reader.Read()
		if errors.Is(err, io.EOF) {
			return made, nil
		}
		if err != nil {
			return nil, &failure{Code: "yaml", Message: err.Error()}
		}
		value, err := yaml.YAMLToJSON(document)
		if err != nil {
			return nil, &failure{Code: "yaml", Message: err.Error()}
		}
		made.Objects = append(made.Objects, object{Value: value})
	}
}
