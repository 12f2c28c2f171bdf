import type { Meta, StoryObj } from '@storybook/react-vite';
import { Choice } from './Choice';
import { Field, TextArea, TextInput } from './Field';

export default { title: 'Field' } satisfies Meta;

/** Empty, filled, at fault, optional; one line, several, and one of a few. */
export const States: StoryObj = {
  render: () => (
    <div className="max-w-md space-y-4">
      <Field label="Version" help="As the build calls it.">
        {(wiring) => <TextInput {...wiring} defaultValue="2.1.0" />}
      </Field>
      <Field label="Evidence" error="This is no address of a pipeline.">
        {(wiring) => <TextInput {...wiring} defaultValue="javascript:alert(1)" />}
      </Field>
      <Field label="Comment" optional>
        {(wiring) => <TextArea {...wiring} rows={2} />}
      </Field>
      <Choice
        label="Type"
        any="Any type"
        value="api"
        options={[
          ['api', 'API'],
          ['policy', 'Policy'],
        ]}
        change={() => undefined}
      />
    </div>
  ),
};
