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

/**
 * A write to one object, with everything that its outcome depends on: the same request has the same reply. It is carried
 * out by a server's own request handlers, so that whatever is wrong with parameters, media type, body, name, patch or
 * object is answered as a server answers it; only that the resource exists and who may write are the caller's.
 */
export interface WriteRequest {
  readonly type: ObjectType
  readonly profile: Profile
  readonly method: 'POST' | 'PUT' | 'PATCH' | 'DELETE'
  /** The plural, such as `deployments`. */
  readonly resource: string
  /** Empty, or `status`, `scale`, `finalize`, … */
  readonly subresource: string
  /** From the address: no namespace for a cluster's object, no name for a creation. */
  readonly namespace: string
  readonly name: string
  /** The parameters as they were sent, such as `fieldManager=kubectl&dryRun=All`. */
  readonly query: string
  /** Of a patch it tells the kind. */
  readonly contentType: string
  /** Names the manager where the parameters do not. */
  readonly userAgent: string
  readonly body: Uint8Array
  /**
   * The stored object with its resourceVersion, in whatever version; none where nothing is stored. The name of a creation is
   * often known only from its reply (from the body, in a dry run): when that name is taken, ask again with what has it.
   */
  readonly live?: JsonMap
  /** RFC 3339 in whole seconds. */
  readonly now: string
  /** What a new object gets: a random UUID (version 4). A generated name follows from it: when it is taken, try another. */
  readonly uid: string
  /** What a new Service may take. */
  readonly offer?: { readonly clusterIP: string; readonly nodePorts: readonly number[] }
  /**
   * With webhooks or policies that change objects, a write goes twice: with `ask` it ends where they come in, and the
   * reply has the object for them; with `prepared` it goes on with what they made of it.
   */
  readonly admission?: 'ask' | { readonly prepared: JsonMap }
}

/** What a write comes to. */
export type WriteReply =
  | {
      readonly kind: 'answer'
      /** The HTTP status. */
      readonly code: number
      /** What the client is shown: the object, its Scale, or a meta/v1 Status. */
      readonly body: JsonMap
      /** Texts of `Warning: 299` headers. */
      readonly warnings: readonly string[]
      /**
       * What is to be done to the store; nothing where the object stays as it is (no new revision, no event), in a dry run
       * and after an error. The stored object has the version of the request and the old resourceVersion; the server gives
       * it, and `body`, the new one, if `live` is still what is stored.
       */
      readonly stored?:
        | { readonly as: 'created' | 'updated'; readonly object: JsonMap }
        | { readonly as: 'deleted' }
    }
  | {
      readonly kind: 'prepared'
      /** What admission is asked about, with the version of the request. */
      readonly object: JsonMap
      readonly warnings: readonly string[]
    }

export interface TableRequest {
  readonly type: ObjectType
  /** The plural. */
  readonly resource: string
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
  /** The plural. */
  readonly resource: string
  readonly profile: Profile
  readonly object: JsonMap
  /** `scale` shows the object as autoscaling/v1 Scale. */
  readonly subresource?: 'scale'
}

/** What is needed of a definition of custom resources. */
export interface Defined {
  /** What an `ObjectType` names it by. */
  readonly digest: string
  /** OpenAPI v3 documents of the served versions, by version, as a server publishes them. */
  readonly documents: Readonly<Record<string, JsonMap>>
}

/**
 * What an API server does with the objects of requests, by its own code, and without keeping anything: storing,
 * revisions, and admission by others are the caller's.
 */
export interface ObjectHandling {
  /** Carries a write out, up to what is to be stored. */
  write(request: WriteRequest): Promise<WriteReply>
  /** Objects as rows, by the server's printers or the columns of a definition. */
  table(request: TableRequest): Promise<Table>
  /** The object in another version of its kind, or as its scale. */
  convert(request: ConvertRequest): Promise<JsonMap>
  /**
   * Makes a stored CustomResourceDefinition usable: structural schema, defaults, rules, columns, scale. Throws when it
   * could not have been stored.
   */
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
  /**
   * What a profile's OpenAPI says about types, as JSON: `schemas` by name, and by `groups` the names that the documents of
   * the group's versions list. Fields, lists and keys are told by them.
   */
  readonly schemas: (profile: Profile) => Promise<Uint8Array>
  /** The file of the module; the one that is delivered with the program without it. */
  readonly module?: string
  /** How many calls run at a time; half of the processors without it. */
  readonly threads?: number
}
