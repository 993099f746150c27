import { expect, test } from 'vitest'
import { lineOfGenerator, lineOfObject } from './place.ts'

const text = `# Two of a kind.
apiVersion: v1
kind: ConfigMap
metadata: {name: web, labels: {name: web-of-prod}}
---

apiVersion: v1
kind: ConfigMap
metadata:
  name: web-settings
---
apiVersion: v1
kind: Secret
metadata: {name: web}
`

test('an object is found by kind and by the longest name that its own contains', () => {
  expect(lineOfObject(text, 'ConfigMap', 'prod-web')).toBe(2)
  expect(lineOfObject(text, 'ConfigMap', 'prod-web-settings')).toBe(7)
  expect(lineOfObject(text, 'Secret', 'web')).toBe(12)
  expect(lineOfObject(text, 'Deployment', 'web')).toBe(1)
  expect(lineOfObject('', 'Secret', 'web')).toBe(1)
  expect(lineOfObject('{"kind":"Secret","metadata":{"name":"web"}}', 'Secret', 'web')).toBe(1)
})

test('in a template, lines that only decide are passed over', () => {
  const template =
    '{{- if .Values.on }}\n{{/* why */}}\napiVersion: v1\nkind: Service\nmetadata:\n  name: {{ .Release.Name }}\n{{- end }}\n'
  expect(lineOfObject(template, 'Service', 'shop')).toBe(3)
})

test('what a generator makes is found by the name of the generator', () => {
  const kustomization =
    'namePrefix: a-\nconfigMapGenerator:\n- name: web\n  files: [a]\n- behavior: create\n  name: web-more\n'
  expect(lineOfGenerator(kustomization, 'a-web-9kt2')).toBe(3)
  expect(lineOfGenerator(kustomization, 'a-web-more-9kt2')).toBe(6)
  expect(lineOfGenerator(kustomization, 'other')).toBe(1)
})
