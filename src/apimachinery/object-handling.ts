import type { JsonMap } from '../core/object/index.ts'

/** A type as a request names it. A custom resource's says by which definition, as `define` answered. */
export interface ObjectType {
  readonly group: string
  readonly version: string
  readonly kind: string
  readonly definition?: string
}

/** The release as which a server behaves. */
export type Profile = '1.33' | '1.34' | '1.35' | '1.36'

export type FieldValidation = 'Ignore' | 'Warn' | 'Strict'

/**
 * One write, with everything that its outcome depends on: the same request has the same reply. A body that is no object
 * of the type, another name or namespace in it, an unknown patch: all are replies, as a server gives them.
 */
export interface WriteRequest {
  readonly type: ObjectType
  readonly profile: Profile
  readonly operation: 'create' | 'update' | 'patch'
  /** With `patch`, and only then. */
  readonly patch?: 'json' | 'merge' | 'strategic' | 'apply'
  /** Empty, or `status`, `scale`, `finalize`, `approval`, … */
  readonly subresource: string
  /** The plural, such as `deployments`: errors name it. */
  readonly resource: string
  /** From the address: empty for a cluster's object, and the name of a creation. */
  readonly namespace: string
  readonly name: string
  /** The stored object, in whatever version; none for what is not there, which only apply and create allow. */
  readonly live?: JsonMap
  /** As it was sent: JSON, YAML, protobuf. */
  readonly body: Uint8Array
  readonly contentType: string
  /** Who writes: the parameter `fieldManager`, or what a server takes from the user agent. */
  readonly manager: string
  /** Of an apply. */
  readonly force?: boolean
  /** The parameter; without it what a server does without it, which is to warn. */
  readonly fieldValidation?: FieldValidation
  /** RFC 3339 in whole seconds. */
  readonly now: string
  /** What a new object gets. */
  readonly uid: string
  /** What is put after `generateName`; five letters and digits on a real server. */
  readonly nameSuffix?: string
  /** What a new Service may take. */
  readonly offer?: { readonly clusterIP: string; readonly nodePorts: readonly number[] }
  /**
   * `whole` does everything. With webhooks or policies in between, `prepare` ends after ownership and the server's own
   * defaults of admission, and `finish` goes on from what they made of its object, with the rest of the request as it was.
   */
  readonly stage: 'whole' | 'prepare' | 'finish'
  readonly prepared?: JsonMap
}

/**
 * What a write comes to. Its object has the version of the request, the live object's resourceVersion (none when it is
 * new), and is what is to be stored.
 */
export type WriteReply =
  | {
      readonly kind: 'object'
      readonly object: JsonMap
      /** What the client is shown where that is not the object: a Scale. */
      readonly shown?: JsonMap
      readonly created: boolean
      /** False when nothing is to be stored: the revision stays, and no event is sent. */
      readonly changed: boolean
      /** Texts of `Warning: 299` headers. */
      readonly warnings: readonly string[]
    }
  | {
      readonly kind: 'status'
      /** A meta/v1 Status with its code. A stale resourceVersion and a wrong uid are among them. */
      readonly status: JsonMap
      readonly warnings: readonly string[]
    }

export interface TableRequest {
  readonly type: ObjectType
  readonly profile: Profile
  readonly objects: readonly JsonMap[]
  /** RFC 3339: ages are counted up to it. */
  readonly now: string
}

/** The columns and cells of meta/v1 Table, in the order of the objects. Columns that `-o wide` adds have a priority. */
export interface Table {
  readonly columnDefinitions: readonly JsonMap[]
  readonly rows: readonly { readonly cells: readonly unknown[]; readonly conditions?: readonly JsonMap[] }[]
}

export interface ConvertRequest {
  /** The type that is asked for. */
  readonly type: ObjectType
  readonly profile: Profile
  readonly object: JsonMap
  /** `scale` shows the object as autoscaling/v1 Scale. */
  readonly subresource?: 'scale'
}

/** What is needed of a definition of custom resources. */
export type Defined =
  | {
      /** What an `ObjectType` names it by. */
      readonly digest: string
      /** OpenAPI v3 documents of the served versions, by version, as a server publishes them. */
      readonly documents: Readonly<Record<string, JsonMap>>
    }
  | { readonly status: JsonMap }

/**
 * What an API server does with the objects of requests, by its own code, and without keeping anything: storing,
 * revisions, admission by others and the comparison of revisions at the moment of storing are the server's.
 */
export interface ObjectHandling {
  /** Carries a write out, up to what is to be stored. */
  write(request: WriteRequest): Promise<WriteReply>
  /** Objects as rows, by the server's printers or the columns of a definition. */
  table(request: TableRequest): Promise<Table>
  /** The object in another version of its kind, or as its scale. */
  convert(request: ConvertRequest): Promise<JsonMap>
  /** Makes a CustomResourceDefinition usable: structural schema, defaults, rules, columns, scale. */
  define(definition: JsonMap): Promise<Defined>
  /**
   * The object of a body that is not stored, such as DeleteOptions or a SelfSubjectAccessReview, in JSON, YAML or
   * protobuf. Throws an `Undecodable` in the server's words.
   */
  decode(body: Uint8Array): Promise<JsonMap>
  /** Ends what was started. Calls that are under way reject. */
  close(): Promise<void>
}

export interface ObjectHandlingOptions {
  /** The OpenAPI component schemas of a profile, as JSON by name: fields, lists and keys are told by them. */
  readonly schemas: (profile: Profile) => Promise<Uint8Array>
  /** The file of the module; the one that is delivered with the program without it. */
  readonly module?: string
  /** How many calls run at a time; half of the processors without it. */
  readonly threads?: number
}
