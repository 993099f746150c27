import { useState } from 'react'
import { useAnswer } from '../../data/answers.ts'
import { useScope } from '../../data/scope.ts'
import { address } from '../../route/address.ts'
import { Link } from '../../route/link.tsx'
import type { PageProps } from '../../shell/pages.ts'
import { Answer } from '../../ui/answer.tsx'
import { Empty } from '../../ui/empty.tsx'
import { Icon } from '../../ui/icon.tsx'
import { usePageTitle } from '../../ui/page-title.ts'
import { NamespacePage } from './namespace-page.tsx'

/** What is mine, and what runs in it? The namespaces that somebody may look at, and each as a page that can be printed. */
export default function NamespacesPage({ parts: [name] }: PageProps) {
  return name === undefined ? <Namespaces /> : <NamespacePage key={name} name={name} />
}

const field = 'ns:'

function Namespaces() {
  usePageTitle('Namespaces')
  const scope = useScope()
  const [beginning, setBeginning] = useState('')
  const found = useAnswer('searchWords', { query: { ...scope, q: field + beginning.trim() } })
  return (
    <div className="page">
      <h1>Namespaces</h1>
      <label className="field" style={{ margin: '12px 0', maxWidth: 420 }}>
        <Icon name="search" />
        <span className="hidden-text">Beginning of a namespace</span>
        <input
          value={beginning}
          dir="auto"
          placeholder="Beginning of its name"
          spellCheck={false}
          maxLength={253}
          onChange={(event) => setBeginning(event.target.value)}
        />
      </label>
      <Answer of={found} what="the namespaces">
        {({ words }) => {
          const names = words.flatMap((word) => (word.startsWith(field) ? [word.slice(field.length)] : []))
          if (names.length === 0)
            return (
              <Empty title="No such namespace">
                Listed are those in which bundles hold something that you may look at. The scope above
                narrows, too.
              </Empty>
            )
          return (
            <ul className="namespace-list">
              {names.map((name) => (
                <li key={name}>
                  <Link to={address.namespace(name)}>
                    <bdi>{name}</bdi>
                  </Link>
                </li>
              ))}
            </ul>
          )
        }}
      </Answer>
    </div>
  )
}
