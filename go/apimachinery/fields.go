package main

import (
	"reflect"
	"slices"
	"strings"
)

// fieldsBeside lists the fields that the type of object has where path names one that it has not.
func fieldsBeside(object any, path string) []string {
	at := reflect.TypeOf(object)
	steps := stepsOf(path)
	for _, step := range steps[:len(steps)-1] {
		if at = memberOf(at, step); at == nil {
			return nil
		}
	}
	fields := map[string]reflect.Type{}
	collectFields(dereference(at), fields)
	names := []string{}
	for name := range fields {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

// stepsOf splits spec.containers[0].image into spec, containers, [0], image.
func stepsOf(path string) []string {
	steps := strings.FieldsFunc(strings.ReplaceAll(path, "[", ".["), func(r rune) bool { return r == '.' })
	if len(steps) == 0 {
		return []string{path}
	}
	return steps
}

func memberOf(at reflect.Type, step string) reflect.Type {
	at = dereference(at)
	switch at.Kind() {
	case reflect.Map, reflect.Slice:
		return at.Elem()
	case reflect.Struct:
		fields := map[string]reflect.Type{}
		collectFields(at, fields)
		return fields[step]
	default:
		return nil
	}
}

func dereference(at reflect.Type) reflect.Type {
	for at.Kind() == reflect.Pointer {
		at = at.Elem()
	}
	return at
}

func collectFields(at reflect.Type, into map[string]reflect.Type) {
	if at.Kind() != reflect.Struct {
		return
	}
	for index := range at.NumField() {
		one := at.Field(index)
		name, options, _ := strings.Cut(one.Tag.Get("json"), ",")
		switch {
		case name != "" && name != "-":
			into[name] = one.Type
		case one.Anonymous || strings.Contains(options, "inline"):
			collectFields(dereference(one.Type), into)
		}
	}
}
