import type { Connection } from '../../kube/index.ts'

/**
 * The connection, which calls `refused` for each credential that the server refuses and that can only be refused again:
 * a connection that is made anew may have another one.
 */
export function noticeRefusal(connection: Connection, refused: () => void): Connection {
  const { credentials } = connection
  return {
    ...connection,
    credentials: {
      authorization: () => credentials.authorization(),
      certificate: () => credentials.certificate(),
      get generation() {
        return credentials.generation
      },
      refresh(generation) {
        const renewed = credentials.refresh(generation)
        if (!renewed) refused()
        return renewed
      },
    },
  }
}
