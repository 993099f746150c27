interface ChooseProps<Value extends string> {
  readonly what: string
  /** What it is called where nothing is written beside it. */
  readonly label?: string
  readonly value: Value
  readonly choices: readonly (readonly [Value, string])[]
  readonly onChoose: (value: Value) => void
}

/** One of a few words: `Fill by state`. */
export function Choose<Value extends string>({ what, label, value, choices, onChoose }: ChooseProps<Value>) {
  return (
    <label className="field">
      {what === '' ? null : <span className="what">{what}</span>}
      <select
        aria-label={label ?? what}
        value={value}
        onChange={(event) => {
          const chosen = choices.find(([one]) => one === event.target.value)
          if (chosen !== undefined) onChoose(chosen[0])
        }}
      >
        {choices.map(([one, text]) => (
          <option key={one} value={one}>
            {text}
          </option>
        ))}
      </select>
    </label>
  )
}

interface ToggleProps<Value extends string> {
  readonly label: string
  readonly value: Value
  readonly choices: readonly (readonly [Value, string])[]
  readonly onChoose: (value: Value) => void
}

/** One of two or three, side by side. */
export function Toggle<Value extends string>({ label, value, choices, onChoose }: ToggleProps<Value>) {
  return (
    <div className="toggle" role="group" aria-label={label}>
      {choices.map(([one, text]) => (
        <button key={one} type="button" aria-pressed={one === value} onClick={() => onChoose(one)}>
          {text}
        </button>
      ))}
    </div>
  )
}
