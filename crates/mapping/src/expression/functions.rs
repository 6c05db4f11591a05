//! The table of functions, in a file for each kind of them.

mod case;
mod choice;
mod date;
mod encoding;
mod generated;
mod list;
mod number;
mod replace;
mod role;
mod test;
mod text;

use super::function::Function;

/// All functions, those of app provisioning and those that only cloud sync documents.
pub fn functions() -> impl Iterator<Item = &'static Function> {
    [
        case::FUNCTIONS,
        choice::FUNCTIONS,
        date::FUNCTIONS,
        encoding::FUNCTIONS,
        generated::FUNCTIONS,
        list::FUNCTIONS,
        number::FUNCTIONS,
        replace::FUNCTIONS,
        role::FUNCTIONS,
        test::FUNCTIONS,
        text::FUNCTIONS,
    ]
    .into_iter()
    .flatten()
}

pub(super) fn find(name: &str) -> Option<&'static Function> {
    functions().find(|function| function.name() == name)
}

#[cfg(test)]
mod examples;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_unique() {
        let mut names: Vec<_> = functions().map(Function::name).collect();
        names.sort_unstable();
        let count = names.len();
        names.dedup();
        assert_eq!(names.len(), count);
    }

    #[test]
    fn the_table_is_this() {
        let rows: Vec<_> = functions()
            .map(|function| {
                format!(
                    "{function} -> {:?} ({:?})",
                    function.result(),
                    function.dialect()
                )
            })
            .collect();
        insta::assert_snapshot!(rows.join("\n"), @r"
        PCase(source, [wordSeparators]) -> Text (AppProvisioning)
        ToLower(source, [culture]) -> Text (AppProvisioning)
        ToUpper(source, [culture]) -> Text (AppProvisioning)
        Coalesce(source, …) -> Any (AppProvisioning)
        Error(message) -> Any (CloudSync)
        IIF(condition, valueIfTrue, valueIfFalse) -> Any (AppProvisioning)
        IgnoreFlowIfNullOrEmpty(expression) -> Any (AppProvisioning)
        Redact(value) -> Any (AppProvisioning)
        SelectUniqueValue(uniqueValueRule1, uniqueValueRule2, …) -> Any (AppProvisioning)
        Switch(source, defaultValue, key1, value1, …) -> Any (AppProvisioning)
        CDate(expression) -> DateTime (AppProvisioning)
        DateAdd(interval, value, dateTime) -> DateTime (AppProvisioning)
        DateDiff(interval, date1, date2) -> Integer (AppProvisioning)
        DateFromNum(value) -> DateTime (AppProvisioning)
        FormatDateTime(source, [dateTimeStyles], inputFormat, outputFormat) -> Text (AppProvisioning)
        Now() -> DateTime (AppProvisioning)
        NumFromDate(value) -> Integer (AppProvisioning)
        ConvertFromBase64(source, [encoding]) -> Text (CloudSync)
        ConvertToBase64(source) -> Text (AppProvisioning)
        ConvertToUTF8Hex(source) -> Text (AppProvisioning)
        StringFromSid(objectSID) -> Text (CloudSync)
        DefaultDomain() -> Text (CloudSync)
        Guid() -> Text (AppProvisioning)
        RandomString(Length, MinimumNumbers, MinimumSpecialCharacters, MinimumCapital, MinimumLowerCase, [CharactersToAvoid]) -> Text (AppProvisioning)
        Count(attribute) -> Integer (AppProvisioning)
        Item(attribute, index) -> Any (AppProvisioning)
        Join(separator, source1, …) -> Text (AppProvisioning)
        RemoveDuplicates(attribute) -> List (AppProvisioning)
        Split(source, delimiter) -> List (AppProvisioning)
        BitAnd(value1, value2) -> Integer (AppProvisioning)
        CStr(value) -> Text (AppProvisioning)
        Replace(source, [oldValue], [regexPattern], [regexGroupName], [replacementValue], [replacementAttributeName], [template]) -> Text (AppProvisioning)
        AppRoleAssignments(source) -> List (CloudSync)
        AppRoleAssignmentsComplex(source) -> Roles (AppProvisioning)
        AssertiveAppRoleAssignmentsComplex(source) -> Roles (AppProvisioning)
        SingleAppRoleAssignment(source) -> Text (AppProvisioning)
        CBool(expression) -> Boolean (AppProvisioning)
        IsNull(expression) -> Boolean (AppProvisioning)
        IsNullOrEmpty(expression) -> Boolean (AppProvisioning)
        IsPresent(expression) -> Boolean (AppProvisioning)
        IsString(expression) -> Boolean (AppProvisioning)
        Not(source) -> Boolean (AppProvisioning)
        Append(source, suffix) -> Text (AppProvisioning)
        DNComponent(dn, number) -> Text (CloudSync)
        InStr(value1, value2, [start], [compareType]) -> Integer (AppProvisioning)
        Left(String, NumChars) -> Text (AppProvisioning)
        Mid(source, start, length) -> Text (AppProvisioning)
        NormalizeDiacritics(source) -> Text (AppProvisioning)
        StripSpaces(source) -> Text (AppProvisioning)
        Trim(source) -> Text (CloudSync)
        Word(String, WordNumber, Delimiters) -> Text (AppProvisioning)
        ");
    }
}
