import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { isFailure, reasonOf } from '../../core/failure.ts'
import type { Log } from '../../runtime/index.ts'
import type { HubService } from '../service.ts'
import type { Accounts } from '../auth/index.ts'
import { authorise } from './authorise.ts'
import { isLoopback } from './host-check.ts'

/**
 * A server of its own for `/metrics`, so that the port can be closed to people. On loopback it asks for nothing;
 * elsewhere a neighbour must not read it, and it asks for a token (safety row 51).
 */
export function createMetricsServer(
  service: HubService,
  options: {
    readonly metrics?: { readonly host: string }
    readonly accounts: Accounts
    readonly log: Log
  },
): Server {
  const open = isLoopback(options.metrics?.host ?? '')
  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    if (request.method !== 'GET' || request.url !== '/metrics') {
      end(response, 404, 'not found\n')
      return
    }
    if (!open) {
      const { authorization } = request.headers
      const header = (name: string): string | undefined =>
        name === 'authorization' ? authorization : undefined
      await authorise(options.accounts, { method: 'GET', header, session: undefined }, 'read')
    }
    end(response, 200, await service.metrics())
  }
  return createServer((request, response) => {
    answer(request, response).catch((error: unknown) => {
      if (isFailure(error, 'unauthenticated', 'not-allowed')) {
        end(response, 401, 'not authenticated\n')
        return
      }
      options.log.error('metrics could not be told', { reason: reasonOf(error) })
      end(response, 500, 'internal error\n')
    })
  })
}

function end(response: ServerResponse, status: number, text: string): void {
  response.writeHead(status, { 'content-type': 'text/plain; version=0.0.4; charset=utf-8' })
  response.end(text)
}
