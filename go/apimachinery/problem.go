package main

import (
	"errors"
	"regexp"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/runtime"
)

// problem is one thing that the API server would refuse an object for, in its words.
type problem struct {
	// Path is the field as kubectl's users see it; empty where the server names none.
	Path string `json:"path"`
	// Reason is the server's (FieldValueInvalid, …), or one of ours for what it refuses before it looks at fields:
	// Undecodable, UnknownField, DuplicateField, NotServed.
	Reason  string `json:"reason"`
	Message string `json:"message"`
	// Known lists what could have been meant: the fields that there are, or the versions that are served.
	Known []string `json:"known,omitempty"`
}

var strictText = regexp.MustCompile(`(?s)^(unknown|duplicate) field "(.*)"$`)

// strictProblems are the fields that a strict decoder finds nobody to read, or twice.
func strictProblems(found []error, known func(path string) []string) []problem {
	problems := []problem{}
	for _, one := range found {
		text := one.Error()
		match := strictText.FindStringSubmatch(text)
		switch {
		case match == nil:
			problems = append(problems, problem{Reason: "Undecodable", Message: text})
		case match[1] == "unknown":
			problems = append(problems, problem{Path: match[2], Reason: "UnknownField", Message: text, Known: known(match[2])})
		default:
			problems = append(problems, problem{Path: match[2], Reason: "DuplicateField", Message: text})
		}
	}
	return problems
}

// statusProblems are the causes of the server's reply, or the reply itself where it has none.
func statusProblems(err error) []problem {
	if err == nil {
		return nil
	}
	var status *apierrors.StatusError
	if !errors.As(err, &status) {
		return []problem{{Reason: "Undecodable", Message: err.Error()}}
	}
	reply := status.Status()
	if reply.Details == nil || len(reply.Details.Causes) == 0 {
		return []problem{{Reason: string(reply.Reason), Message: reply.Message}}
	}
	problems := []problem{}
	for _, cause := range reply.Details.Causes {
		one := problem{Path: cause.Field, Reason: string(cause.Type), Message: cause.Message}
		if one.Path == "<nil>" {
			one.Path = ""
		}
		problems = append(problems, one)
	}
	return problems
}

// strictErrors are the errors inside one of strict decoding; nil for another error.
func strictErrors(err error) []error {
	strict, ok := runtime.AsStrictDecodingError(err)
	if !ok {
		return nil
	}
	return strict.Errors()
}
