package main

import "errors"

// failure says why there are no objects. Codes: kustomize, chart, values, template, refused, limit, panic.
type failure struct {
	Code string `json:"code"`
	// File is a path of the request; a template's name for code template.
	File    string `json:"file,omitempty"`
	Line    int    `json:"line,omitempty"`
	Message string `json:"message"`
	Hint    string `json:"hint,omitempty"`
}

func (f *failure) Error() string { return f.Message }

func asFailure(err error) *failure {
	if known := (*failure)(nil); errors.As(err, &known) {
		return known
	}
	return &failure{Code: "panic", Message: err.Error()}
}
