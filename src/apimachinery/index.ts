/**
 * Kubernetes' own handling of objects, without a cluster: what an API server would refuse an object for
 * (`openApimachinery`), and what a request makes of an object (`openObjectHandling`).
 *
 * It is the API server's code (`go/apimachinery`), compiled to one module that runs in the box (`src/box`). It refuses
 * to guess: a kind that nobody defines is unknown, not wrong, and what only a cluster can say (admission, other
 * objects, quotas) is not said. Key invariant: fields, words and objects are those that the server would give.
 */
export {
  type Apimachinery,
  type FieldProblem,
  Undecodable,
  type ValidateOptions,
  type Verdict,
} from './contract.ts'
export {
  definitionsAmong,
  manifestProblems,
  type ManifestProblemOptions,
  type PlaceOf,
} from './manifest-problems.ts'
export type {
  ConvertRequest,
  Defined,
  ObjectHandling,
  ObjectHandlingOptions,
  ObjectType,
  Profile,
  Table,
  TableRequest,
  WriteReply,
  WriteRequest,
} from './object-handling.ts'
export { openApimachinery, type ApimachineryOptions } from './open-apimachinery.ts'
export { openObjectHandling } from './open-object-handling.ts'
