/** Names the object of a request as an audit record does. */
export interface AuditTarget {
  readonly group: string
  /** The plural, such as `deployments`. */
  readonly resource: string
  /** The empty text for cluster-scoped objects. */
  readonly namespace: string
  readonly name: string
}

/** The audit record that belongs to a write, reduced to what attribution needs. */
export interface AuditMatch {
  /** The impersonated user where there was one. */
  readonly person: string
  readonly isServiceAccount: boolean
  readonly verb: string
  /** RFC 3339. */
  readonly time: string
  /** The field manager that the server derives from this request (engine F1). */
  readonly manager: string
  readonly subresource: string
  /** exact: joined on resourceVersion or uid; observed: joined on object, time and manager. */
  readonly sure: 'exact' | 'observed'
}
