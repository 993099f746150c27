import type { JsonMap } from '../core/object/index.ts'

/** One thing that an API server would refuse an object for. */
export interface FieldProblem {
  /** The field as kubectl shows it (`spec.template.spec.containers[0].image`); empty where the server names none. */
  readonly path: string
  /**
   * The server's reason (`FieldValueInvalid`, `FieldValueRequired`, …), or, for what is refused before fields are
   * looked at, `Undecodable`, `UnknownField`, `DuplicateField`, `NotServed`; `Unfinished` where a limit was reached.
   */
  readonly reason: string
  /** In the server's words. */
  readonly message: string
  /** What could have been meant: the fields that there are, or the versions that are served. */
  readonly known?: readonly string[]
}

/** What is found about one object. */
export interface Verdict {
  /** False for a kind that is neither built in nor among the definitions: nothing was looked at. */
  readonly known: boolean
  readonly problems: readonly FieldProblem[]
}

export interface ValidateOptions {
  /** CustomResourceDefinitions, for the custom resources among the objects. */
  readonly definitions?: readonly JsonMap[]
  /** The version of Kubernetes, such as `1.33`, as whose server objects are looked at; the newest known without it. */
  readonly version?: string
  /** Whose objects these are: two tenants never meet in one instance of the module. */
  readonly tenant?: string
}

/** A body that is no object of a built-in kind, or not of that version. */
export class Undecodable extends Error {
  override readonly name = 'Undecodable'
}

/** Kubernetes' own handling of objects. */
export interface Apimachinery {
  /**
   * What a server would refuse to create each object for, in the order of the objects. An object is a value, or the text
   * of a JSON document, in which repeated fields are found as well. Throws when `version` is none.
   */
  validate(objects: readonly (JsonMap | string)[], options?: ValidateOptions): Promise<readonly Verdict[]>
  /**
   * The object of a request's body, in JSON, YAML or protobuf (its envelope tells), with defaults filled in, in the
   * version that is asked for, such as `autoscaling/v1`, its own without it. Built-in kinds only. Throws an `Undecodable`
   * in the server's words.
   */
  decode(body: Uint8Array, apiVersion?: string): Promise<JsonMap>
  /** Ends what was started; a validation that is under way ends with a problem for each object. */
  close(): Promise<void>
}
