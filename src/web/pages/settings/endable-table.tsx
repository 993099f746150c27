import { useMutation } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import { queryClient } from '../../data/answers.ts'
import { Trouble } from '../../ui/answer.tsx'

interface Endable {
  readonly id: string
  /** How it is named to those who only hear the button. */
  readonly name: string
  readonly cells: readonly ReactNode[]
}

interface EndableTableProps {
  readonly head: readonly string[]
  readonly rows: readonly Endable[]
  /** What the button does, as in "Sign out". */
  readonly verb: string
  /** What did not happen when it fails, as in "the browser signed out". */
  readonly wanted: string
  readonly end: (id: string) => Promise<unknown>
}

/** A list of what can be ended, each by the button in its row. */
export function EndableTable({ head, rows, verb, wanted, end }: EndableTableProps) {
  const ending = useMutation({ mutationFn: end, onSuccess: () => queryClient.invalidateQueries() })
  return (
    <>
      <div className="table-box">
        <table className="table compact">
          <thead>
            <tr>
              {head.map((one) => (
                <th key={one}>{one}</th>
              ))}
              <th />
            </tr>
          </thead>
          <tbody>
            {rows.map(({ id, name, cells }) => (
              <tr key={id}>
                {cells.map((cell, at) => (
                  <td key={head[at]} className={at === 0 ? undefined : 'nowrap'}>
                    {cell}
                  </td>
                ))}
                <td className="right">
                  <button
                    type="button"
                    className="button small-button"
                    aria-label={`${verb} ${name}`}
                    disabled={ending.isPending}
                    onClick={() => ending.mutate(id)}
                  >
                    {verb}
                  </button>
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {ending.error === null ? null : <Trouble error={ending.error} what={wanted} />}
    </>
  )
}
