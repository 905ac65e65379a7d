// Lint rules. Layers and who may import whom: .dependency-cruiser.cjs. Form: prettier.
import pulumi from "@pulumi/eslint-plugin";
import { defineConfig, globalIgnores } from "eslint/config";
import tseslint from "typescript-eslint";

const containerOnly = {
  selector: "NewExpression[callee.object.name='docker'][callee.property.name='Container']",
  message: "Containers are made by components/container.ts only: it holds the safe posture.",
};
const programOnly = [
  {
    selector: "NewExpression[callee.object.name='pulumi'][callee.property.name='Config']",
    message: "config/load.ts is the only reader of the configuration; hand on what it read.",
  },
];

export default defineConfig(
  globalIgnores(["node_modules/", ".socle/", "toolchain/pulumi/", "examples/", "bench/*/default-runtime/"]),
  { linterOptions: { reportUnusedDisableDirectives: "error" } },
  {
    files: ["**/*.ts"],
    extends: [tseslint.configs.strictTypeChecked, tseslint.configs.stylisticTypeChecked],
    plugins: { "@pulumi": pulumi },
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      // An Output in a template literal becomes a message of how not to do it, and that goes to the host.
      "@pulumi/no-output-in-template-literal": "error",
      "@pulumi/no-output-instance-in-template-literal": "error",
      "@typescript-eslint/consistent-type-imports": ["error", { fixStyle: "inline-type-imports" }],
      "@typescript-eslint/explicit-module-boundary-types": "off",
      "@typescript-eslint/no-unused-vars": [
        "error",
        { argsIgnorePattern: "^_", varsIgnorePattern: "^_+$", ignoreRestSiblings: true },
      ],
      "@typescript-eslint/switch-exhaustiveness-check": ["error", { considerDefaultExhaustiveForUnions: true }],
      // A number in a message says what it is.
      "@typescript-eslint/restrict-template-expressions": ["error", { allowNumber: true }],
      // `||` where an empty text counts as none.
      "@typescript-eslint/prefer-nullish-coalescing": ["error", { ignorePrimitives: { string: true, boolean: true } }],
      // Names that are no identifiers stand beside those that are: variables, labels, headers.
      "@typescript-eslint/dot-notation": "off",
      "@typescript-eslint/no-confusing-void-expression": ["error", { ignoreArrowShorthand: true }],
      eqeqeq: "error",
      "no-console": "off",
      "no-restricted-syntax": ["error", containerOnly, ...programOnly],
      "object-shorthand": "error",
      "prefer-template": "error",
    },
  },
  { files: ["components/container.ts"], rules: { "no-restricted-syntax": ["error", ...programOnly] } },
  {
    // What they have to say they throw or hand to Pulumi; config/reference.ts is a command.
    files: ["config/**", "components/**", "connection/**", "index.ts"],
    ignores: ["config/reference.ts"],
    rules: { "no-console": "error" },
  },
  {
    files: ["test/**/*.ts"],
    rules: {
      // Tests read what was registered by name: what is not there fails the assertion.
      "@typescript-eslint/no-non-null-assertion": "off",
      "@typescript-eslint/no-dynamic-delete": "off",
    },
  },
);
