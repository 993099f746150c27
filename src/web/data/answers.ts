import { keepPreviousData, QueryClient, useQuery, type UseQueryResult } from '@tanstack/react-query'
import { statusOf } from '../../api/index.ts'
import type { RouteInput, RouteName, RouteOutput, Routes } from '../../api/index.ts'
import { isFailure } from '../../core/failure.ts'
import { hub } from './hub.ts'

/** Routes that only read and are asked again when something happens. */
type ReadName = {
  [Name in RouteName]: Routes[Name] extends { readonly method: 'get' } ? Name : never
}[RouteName]

type Input<Name extends ReadName> = RouteInput<Routes[Name]>
type Output<Name extends ReadName> = RouteOutput<Routes[Name]>

/** Marks answers that change with the question alone. */
const stays = { stays: true }

/** Lets everything that may have changed be asked for again, or only what is on screen. */
export function askAgain(what: 'all' | 'visible'): Promise<void> {
  return queryClient.invalidateQueries(
    {
      predicate: ({ meta, state }) => meta?.['stays'] !== true || state.status === 'error',
      ...(what === 'visible' ? { refetchType: 'active' as const } : {}),
    },
    what === 'visible' ? { cancelRefetch: false } : {},
  )
}

/** Answers that are older are asked for again when somebody looks at them. */
const staleAfter = 5_000
/** What changes without an event, such as a silence that becomes too long, is seen within this time. */
const pollEvery = 10_000

export const queryClient = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: staleAfter,
      // What the hub refused or does not find is no otherwise a second later.
      retry: (failures, error) => failures < 1 && !(isFailure(error) && statusOf(error.code) < 500),
      refetchOnWindowFocus: true,
      // The hub may be on this machine while the machine is offline.
      networkMode: 'always',
    },
    mutations: { networkMode: 'always' },
  },
})

export interface AnswerOptions {
  /** False while the question is not complete. */
  readonly when?: boolean
  /** Milliseconds between two looks; none for what does not change. */
  readonly every?: number | false
  /**
   * What a large answer is made from, such as a revision: it is asked for again when this changes, and not whenever
   * something happens.
   */
  readonly from?: string | undefined
}

/**
 * The hub's answer to a question, kept up to date. The answer to the question before stands until the new one comes, so that
 * nothing jumps.
 */
export function useAnswer<Name extends ReadName>(
  name: Name,
  input: Input<Name>,
  { when = true, every = pollEvery, from }: AnswerOptions = {},
): UseQueryResult<Output<Name>> {
  return useQuery({
    queryKey: [name, input, from],
    queryFn: ({ signal }) => ask(name, input, signal),
    enabled: when,
    refetchInterval: from === undefined ? every : false,
    ...(from === undefined ? {} : { staleTime: Number.POSITIVE_INFINITY, meta: stays }),
    placeholderData: keepPreviousData,
  })
}

async function ask<Name extends ReadName>(
  name: Name,
  input: Input<Name>,
  signal: AbortSignal,
): Promise<Output<Name>> {
  // Each method takes the input of its own route; the pair is bound by `Name`, which the union of methods forgets.
  const method = hub[name] as unknown as (given: Input<Name>, options: object) => Promise<Output<Name>>
  return method(input, { signal })
}
