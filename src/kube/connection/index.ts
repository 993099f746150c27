/**
 * How to reach one API server as one user: address, authorities, proxy, credentials, and opening a connection.
 *
 * It refuses addresses that a foreign kubeconfig may not name, at the moment of connecting and on the very address
 * that is connected to. Key invariant: a credential leaves only as an `Authorization` header or in a TLS
 * handshake with the server it was issued for; nothing here prints one.
 */
export type { Connection, TlsSettings, Trust } from './connection.ts'
export { type CredentialSources, credentialsFrom, type Credentials, type TextSource } from './credentials.ts'
export { connectFailure, dial, type Dialled } from './dial.ts'
export { ExecPlugin } from './exec-plugin.ts'
