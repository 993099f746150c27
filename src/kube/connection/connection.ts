import type { Identity } from '../identity.ts'
import type { Credentials, TextSource } from './credentials.ts'

/** Where a kubeconfig came from: from whoever started this program, or by API or Git from somebody else. */
export type Trust = 'operator' | 'foreign'

export interface TlsSettings {
  /** Trusted instead of the machine's authorities. */
  readonly ca: TextSource | undefined
  /** The name that the certificate must stand for, when it is not the host of the address. */
  readonly serverName: string | undefined
  /** Accept any certificate; shown to whoever audits the connection. */
  readonly insecure: boolean
}

/** Everything that is needed to reach one API server as one user. Holds no secret in the open. */
export interface Connection {
  /** How people name it: the context, or the address. */
  readonly name: string
  /** Address of the API server, with the path prefix if it has one. */
  readonly server: URL
  /** The context's namespace. */
  readonly namespace: string | undefined
  readonly trust: Trust
  /** Foreign only: hosts that are allowed in spite of where they point. */
  readonly allowedHosts: readonly string[]
  readonly tls: TlsSettings
  readonly proxy: URL | undefined
  readonly credentials: Credentials
  /** Whom the kubeconfig says to act as. */
  readonly identity: Identity | undefined
}
