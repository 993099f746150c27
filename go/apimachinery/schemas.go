package main

import (
	"encoding/json"
	"fmt"

	"k8s.io/apimachinery/pkg/util/managedfields"
	"k8s.io/kube-openapi/pkg/validation/spec"
)

// schemaSet is what a version's OpenAPI says about the types of objects: schemas by name, and the names that the
// documents of a group's versions list. They are read group by group, because reading all takes seconds.
type schemaSet struct {
	Groups  map[string][]string        `json:"groups"`
	Schemas map[string]json.RawMessage `json:"schemas"`

	read       map[string]map[string]*spec.Schema
	converters map[string]managedfields.TypeConverter
}

// schemaSets are what was handed in, by version.
var schemaSets = map[string]*schemaSet{}

func readSchemas(text []byte) (*schemaSet, error) {
	set := &schemaSet{
		read:       map[string]map[string]*spec.Schema{},
		converters: map[string]managedfields.TypeConverter{},
	}
	if err := json.Unmarshal(text, set); err != nil {
		return nil, fmt.Errorf("schemas: %w", err)
	}
	return set, nil
}

// of are the schemas of a group.
func (s *schemaSet) of(group string) (map[string]*spec.Schema, error) {
	if found := s.read[group]; found != nil {
		return found, nil
	}
	made := map[string]*spec.Schema{}
	for _, name := range s.Groups[group] {
		one := &spec.Schema{}
		if err := json.Unmarshal(s.Schemas[name], one); err != nil {
			return nil, fmt.Errorf("schema %s: %w", name, err)
		}
		made[name] = one
	}
	s.read[group] = made
	return made, nil
}

// converter makes typed values of a group's objects, which tell fields, lists and keys.
func (s *schemaSet) converter(group string) (managedfields.TypeConverter, error) {
	if found := s.converters[group]; found != nil {
		return found, nil
	}
	schemas, err := s.of(group)
	if err != nil {
		return nil, err
	}
	made, err := managedfields.NewTypeConverter(schemas, false)
	if err != nil {
		return nil, err
	}
	s.converters[group] = made
	return made, nil
}
