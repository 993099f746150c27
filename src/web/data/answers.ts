import { keepPreviousData, QueryClient, useQuery, type UseQueryResult } from '@tanstack/react-query'
import type { RouteInput, RouteName, RouteOutput, Routes } from '../../api/index.ts'
import { hub } from './hub.ts'

/** Routes that only read and are asked again when something happens. */
type ReadName = {
  [Name in RouteName]: Routes[Name] extends { readonly method: 'get' } ? Name : never
}[RouteName]

type Input<Name extends ReadName> = RouteInput<Routes[Name]>
type Output<Name extends ReadName> = RouteOutput<Routes[Name]>

/** Answers that are older are asked for again when somebody looks at them. */
const staleAfter = 5_000
/** What changes without an event, such as a silence that becomes too long, is seen within this time. */
const pollEvery = 10_000

export const queryClient = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: staleAfter,
      retry: 1,
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
}

/**
 * The hub's answer to a question, kept up to date. The answer to the question before stands until the new one comes, so that
 * nothing jumps.
 */
export function useAnswer<Name extends ReadName>(
  name: Name,
  input: Input<Name>,
  { when = true, every = pollEvery }: AnswerOptions = {},
): UseQueryResult<Output<Name>> {
  return useQuery({
    queryKey: [name, input],
    queryFn: ({ signal }) => ask(name, input, signal),
    enabled: when,
    refetchInterval: every,
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
