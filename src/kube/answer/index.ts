/**
 * Reading what an API server answered: objects, warnings, and failures with their causes.
 *
 * It believes nothing that an API server would not say: HTML, another kind, a cut-off body are failures.
 * Key invariant: no text made here holds a value of a Secret, whatever the server quoted.
 */
export { failureOf, failureOfErrorEvent, type RawAnswer, saysAbsent } from './failure-of.ts'
export { asObject, badAnswer, jsonOf, objectOf, warningsOf } from './read-answer.ts'
export { type RequestSubject, subjectOfKind, subjectOfObject } from './subject.ts'
