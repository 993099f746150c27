import { useEffect, useState } from 'react'
import { compileSelector } from '../../api/index.ts'
import { useAnswer } from '../data/answers.ts'
import { go, useSearch, withSearch } from '../route/location.ts'
import { Choose } from './choose.tsx'
import { CopyButton } from './copy-button.tsx'
import { Icon } from './icon.tsx'
import { NameDialog } from './name-dialog.tsx'
import { savedViews, useSavedViews } from './saved-views.ts'

/** Which clusters the page is about: environment, label query, saved views. All of it stands in the address. */
export function ScopeBar() {
  const search = useSearch()
  const names = useAnswer('names', { query: { of: 'environments' } }, { every: 60_000 })
  const status = useAnswer('status', {})
  const environment = search.get('env') ?? ''
  const choices: (readonly [string, string])[] = [['', 'All environments']]
  for (const name of new Set([...(names.data?.names ?? []), ...(environment === '' ? [] : [environment])]))
    choices.push([name, name])
  const { clusters = 0, states } = status.data ?? {}
  const away = states?.unreachable ?? 0
  return (
    <div className="scope" role="search" aria-label="Scope">
      <span className="label">Scope</span>
      <Choose
        what=""
        label="Environment"
        value={environment}
        choices={choices}
        onChoose={(value) => go(withSearch({ env: value }))}
      />
      <LabelQuery />
      <SavedViews />
      <CopyButton
        className="button plain small-button"
        text={() => location.href}
        icon={<Icon name="link" />}
      >
        Copy link
      </CopyButton>
      <span className="grow" />
      <span className="sub nowrap">
        {status.data === undefined
          ? ' '
          : `${(clusters - away).toLocaleString('en')} of ${clusters.toLocaleString('en')} answered`}
      </span>
    </div>
  )
}

function LabelQuery() {
  const present = useSearch().get('labels') ?? ''
  const [text, setText] = useState(present)
  useEffect(() => setText(present), [present])
  const wrong = !isSelector(text)
  return (
    <label className={`field query${wrong ? ' wrong' : ''}`}>
      <span className="hidden-text">Label query</span>
      <input
        value={text}
        placeholder="label query, for example region=eu"
        spellCheck={false}
        aria-invalid={wrong}
        title={wrong ? 'No label query: write such as region=eu,tier!=test' : ''}
        onChange={(event) => setText(event.target.value)}
        onKeyDown={(event) => {
          if (event.key === 'Enter' && !wrong) go(withSearch({ labels: text.trim() }))
        }}
        onBlur={() => {
          if (!wrong && text.trim() !== present) go(withSearch({ labels: text.trim() }))
        }}
      />
    </label>
  )
}

function isSelector(text: string): boolean {
  try {
    compileSelector(text.trim())
    return true
  } catch {
    return false
  }
}

function SavedViews() {
  const views = useSavedViews()
  const here = location.pathname + location.search
  const [naming, setNaming] = useState(false)
  const chosen = views.find((view) => view.address === here)?.name ?? ''
  const choices: (readonly [string, string])[] = [
    ['', 'none'],
    ...views.map(({ name }): readonly [string, string] => [name, name]),
    ['\u0000save', 'Save this view…'],
    ...(chosen === '' ? [] : [['\u0000forget', `Forget ${chosen}`] as const]),
  ]
  return (
    <>
      <Choose
        what="Saved view"
        value={chosen}
        choices={choices}
        onChoose={(name) => {
          if (name === '\u0000save') setNaming(true)
          else if (name === '\u0000forget') savedViews.forget(chosen)
          else if (name !== '') go(views.find((view) => view.name === name)?.address ?? '/')
        }}
      />
      {naming ? (
        <NameDialog
          title="Save this view"
          taken={views.map(({ name }) => name)}
          onName={(name) => {
            savedViews.save(name, here)
            setNaming(false)
          }}
          onClose={() => setNaming(false)}
        />
      ) : null}
    </>
  )
}
