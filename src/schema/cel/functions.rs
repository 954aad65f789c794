//! The functions that Kubernetes adds to CEL for the rules of CRDs: `k8s.io/apiserver`, `pkg/cel/environment/base.go`.

use std::cmp::Ordering;
use std::net::IpAddr;

use cel::common::functions::Function;
use cel::common::types::{
    CelBool, CelDouble, CelInt, CelList, CelString, DURATION_TYPE, DYN_TYPE, INT_TYPE, LIST_TYPE, STRING_TYPE,
    TIMESTAMP_TYPE, Type,
};
use cel::common::value::{CowVal, FromVal, Val};
use cel::{Env, ExecutionError, extensions};

use super::network::{CIDR, Cidr, IP, Ip, URL, Url};
use super::quantity::{QUANTITY, Quantity};
use super::text;
use super::time::{Duration, Timestamp, Unit};

type Result<T> = std::result::Result<T, ExecutionError>;

/// CEL's standard library, its strings extension, and all of the functions below.
pub(super) fn environment() -> Env {
    let mut env = Env::stdlib();
    env.add_extension(extensions::strings).expect("nothing else has declared its functions");
    for declare in [texts, lists, times, quantities, addresses, urls] {
        declare(&mut env);
    }
    env
}

fn declare(env: &mut Env, name: &str, receiver: Option<&Type>, arguments: &[&Type], function: Function) {
    let types: Vec<&str> = receiver.into_iter().chain(arguments.iter().copied()).map(Type::name).collect();
    let id = format!("{}{name}({})", if receiver.is_some() { "." } else { "" }, types.join(", "));
    let arguments = arguments.iter().map(|argument| (*argument).to_owned()).collect();
    let declared = match receiver {
        Some(receiver) => env.add_member_overload(name, &id, receiver.to_owned(), arguments, function),
        None => env.add_overload(name, &id, arguments, function),
    };
    declared.expect("each function is declared once");
}

fn texts(env: &mut Env) {
    let string = Some(&STRING_TYPE);
    declare(env, "matches", None, &[&STRING_TYPE, &STRING_TYPE], |a| Ok(bool(regex(&a)?.is_match(string_at(&a, 0)?))));
    declare(env, "matches", string, &[&STRING_TYPE], |a| Ok(bool(regex(&a)?.is_match(string_at(&a, 0)?))));
    declare(env, "find", string, &[&STRING_TYPE], |a| {
        let found = regex(&a)?.find(string_at(&a, 0)?).map(|found| found.as_str().to_owned());
        Ok(string_of(found.unwrap_or_default()))
    });
    declare(env, "findAll", string, &[&STRING_TYPE], |a| find_all(&a, -1));
    declare(env, "findAll", string, &[&STRING_TYPE, &INT_TYPE], |a| find_all(&a, *at::<CelInt>(&a, 2)?.inner()));
}

fn lists(env: &mut Env) {
    let list = Some(&LIST_TYPE);
    declare(env, "isSorted", list, &[], |a| {
        let items = items(&a[0])?;
        let pairs = items.windows(2).map(|pair| Ok(compare(pair[0], pair[1])? != Ordering::Greater));
        Ok(bool(pairs.collect::<Result<Vec<bool>>>()?.into_iter().all(|sorted| sorted)))
    });
    declare(env, "sum", list, &[], |a| {
        let mut items = items(&a[0])?.into_iter();
        let Some(first) = items.next() else { return Ok(CowVal::owned(CelInt::from(0))) };
        let mut sum = first.clone_as_boxed();
        for item in items {
            let added = sum.as_adder().ok_or_else(|| no_overload("sum"))?.add(item)?.into_owned();
            sum = added;
        }
        Ok(CowVal::Owned(sum))
    });
    declare(env, "min", list, &[], |a| extreme(&a, Ordering::Less));
    declare(env, "max", list, &[], |a| extreme(&a, Ordering::Greater));
    declare(env, "indexOf", list, &[&DYN_TYPE], |a| {
        Ok(position(items(&a[0])?.iter().position(|item| item.equals(a[1].as_ref()))))
    });
    declare(env, "lastIndexOf", list, &[&DYN_TYPE], |a| {
        Ok(position(items(&a[0])?.iter().rposition(|item| item.equals(a[1].as_ref()))))
    });
    let lists = [&LIST_TYPE, &LIST_TYPE];
    declare(env, "sets.contains", None, &lists, |a| Ok(bool(has_all(&a[0], &a[1])?)));
    declare(env, "sets.equivalent", None, &lists, |a| Ok(bool(has_all(&a[0], &a[1])? && has_all(&a[1], &a[0])?)));
    declare(env, "sets.intersects", None, &lists, |a| {
        let others = items(&a[1])?;
        Ok(bool(items(&a[0])?.iter().any(|item| others.iter().any(|other| item.equals(*other)))))
    });
}

fn times(env: &mut Env) {
    declare(env, "duration", None, &[&STRING_TYPE], |a| {
        let read = Duration::parse(string_at(&a, 0)?);
        read.map(CowVal::owned).ok_or_else(|| ExecutionError::function_error("duration", "invalid duration argument"))
    });
    declare(env, "timestamp", None, &[&STRING_TYPE], |a| {
        let read = Timestamp::parse(string_at(&a, 0)?);
        read.map(CowVal::owned).ok_or_else(|| ExecutionError::function_error("timestamp", "invalid timestamp argument"))
    });
    let duration = Some(&DURATION_TYPE);
    declare(env, "getHours", duration, &[], |a| Ok(int(at::<Duration>(&a, 0)?.whole(Unit::Hours))));
    declare(env, "getMinutes", duration, &[], |a| Ok(int(at::<Duration>(&a, 0)?.whole(Unit::Minutes))));
    declare(env, "getSeconds", duration, &[], |a| Ok(int(at::<Duration>(&a, 0)?.whole(Unit::Seconds))));
    declare(env, "getMilliseconds", duration, &[], |a| Ok(int(at::<Duration>(&a, 0)?.whole(Unit::Milliseconds))));
    let time = Some(&TIMESTAMP_TYPE);
    declare(env, "getFullYear", time, &[], |a| Ok(int(at::<Timestamp>(&a, 0)?.date().0)));
    declare(env, "getMonth", time, &[], |a| Ok(int(at::<Timestamp>(&a, 0)?.date().1 - 1)));
    declare(env, "getDate", time, &[], |a| Ok(int(at::<Timestamp>(&a, 0)?.date().2)));
    declare(env, "getDayOfMonth", time, &[], |a| Ok(int(at::<Timestamp>(&a, 0)?.date().2 - 1)));
    // The first of January 1970 was a Thursday, and weeks begin on Sunday.
    declare(env, "getDayOfWeek", time, &[], |a| Ok(int((at::<Timestamp>(&a, 0)?.days() + 4).rem_euclid(7))));
    declare(env, "getDayOfYear", time, &[], |a| Ok(int(at::<Timestamp>(&a, 0)?.day_of_year())));
    declare(env, "getHours", time, &[], |a| Ok(int(at::<Timestamp>(&a, 0)?.of_day().whole(Unit::Hours))));
    declare(env, "getMinutes", time, &[], |a| Ok(int(at::<Timestamp>(&a, 0)?.of_day().whole(Unit::Minutes) % 60)));
    declare(env, "getSeconds", time, &[], |a| Ok(int(at::<Timestamp>(&a, 0)?.of_day().whole(Unit::Seconds) % 60)));
    declare(env, "getMilliseconds", time, &[], |a| {
        Ok(int(at::<Timestamp>(&a, 0)?.of_day().whole(Unit::Milliseconds) % 1000))
    });
}

fn quantities(env: &mut Env) {
    declare(env, "isQuantity", None, &[&STRING_TYPE], |a| Ok(bool(Quantity::parse(string_at(&a, 0)?).is_some())));
    declare(env, "quantity", None, &[&STRING_TYPE], |a| parsed(Quantity::parse(string_at(&a, 0)?), "quantity"));
    let quantity = Some(&QUANTITY);
    for (name, function) in QUANTITY_COMPARISONS {
        declare(env, name, quantity, &[&QUANTITY], function);
    }
    declare(env, "add", quantity, &[&QUANTITY], |a| add(&a, at::<Quantity>(&a, 1)?.0));
    declare(env, "sub", quantity, &[&QUANTITY], |a| add(&a, -at::<Quantity>(&a, 1)?.0));
    declare(env, "add", quantity, &[&INT_TYPE], |a| add(&a, Quantity::of(*at::<CelInt>(&a, 1)?.inner()).0));
    declare(env, "sub", quantity, &[&INT_TYPE], |a| add(&a, -Quantity::of(*at::<CelInt>(&a, 1)?.inner()).0));
    declare(env, "sign", quantity, &[], |a| Ok(int(i64::try_from(at::<Quantity>(&a, 0)?.0.signum()).unwrap_or(0))));
    declare(env, "isInteger", quantity, &[], |a| Ok(bool(at::<Quantity>(&a, 0)?.integer().is_some())));
    declare(env, "asInteger", quantity, &[], |a| {
        let whole = at::<Quantity>(&a, 0)?.integer();
        whole.map(int).ok_or_else(|| ExecutionError::function_error("asInteger", "cannot convert value to integer"))
    });
    declare(env, "asApproximateFloat", quantity, &[], |a| {
        Ok(CowVal::owned(CelDouble::from(at::<Quantity>(&a, 0)?.approximate())))
    });
}

fn addresses(env: &mut Env) {
    declare(env, "isIP", None, &[&STRING_TYPE], |a| Ok(bool(Ip::parse(string_at(&a, 0)?).is_some())));
    declare(env, "ip", None, &[&STRING_TYPE], |a| parsed(Ip::parse(string_at(&a, 0)?), "ip"));
    declare(env, "ip.isCanonical", None, &[&STRING_TYPE], |a| {
        let text = string_at(&a, 0)?;
        Ok(bool(Ip::parse(text).is_some_and(|ip| ip.0.to_string() == text)))
    });
    let ip = Some(&IP);
    declare(env, "family", ip, &[], |a| Ok(int(at::<Ip>(&a, 0)?.family())));
    declare(env, "isUnspecified", ip, &[], |a| Ok(bool(at::<Ip>(&a, 0)?.0.is_unspecified())));
    declare(env, "isLoopback", ip, &[], |a| Ok(bool(at::<Ip>(&a, 0)?.0.is_loopback())));
    declare(env, "isLinkLocalMulticast", ip, &[], |a| Ok(bool(at::<Ip>(&a, 0)?.is_link_local_multicast())));
    declare(env, "isLinkLocalUnicast", ip, &[], |a| Ok(bool(at::<Ip>(&a, 0)?.is_link_local_unicast())));
    declare(env, "isGlobalUnicast", ip, &[], |a| Ok(bool(at::<Ip>(&a, 0)?.is_global_unicast())));
    declare(env, "string", None, &[&IP], |a| Ok(string_of(at::<Ip>(&a, 0)?.0.to_string())));
    declare(env, "isCIDR", None, &[&STRING_TYPE], |a| Ok(bool(Cidr::parse(string_at(&a, 0)?).is_some())));
    declare(env, "cidr", None, &[&STRING_TYPE], |a| parsed(Cidr::parse(string_at(&a, 0)?), "cidr"));
    let cidr = Some(&CIDR);
    declare(env, "containsIP", cidr, &[&IP], |a| Ok(bool(at::<Cidr>(&a, 0)?.contains_ip(at::<Ip>(&a, 1)?))));
    declare(env, "containsIP", cidr, &[&STRING_TYPE], |a| {
        let ip: Option<Ip> = string_at(&a, 1)?.parse::<IpAddr>().ok().map(Ip);
        Ok(bool(at::<Cidr>(&a, 0)?.contains_ip(&ip.ok_or_else(|| unparsable("ip"))?)))
    });
    declare(env, "containsCIDR", cidr, &[&CIDR], |a| Ok(bool(at::<Cidr>(&a, 0)?.contains(at::<Cidr>(&a, 1)?))));
    declare(env, "containsCIDR", cidr, &[&STRING_TYPE], |a| {
        let other = Cidr::parse(string_at(&a, 1)?).ok_or_else(|| unparsable("cidr"))?;
        Ok(bool(at::<Cidr>(&a, 0)?.contains(&other)))
    });
    declare(env, "ip", cidr, &[], |a| Ok(CowVal::owned(at::<Cidr>(&a, 0)?.ip.clone())));
    declare(env, "masked", cidr, &[], |a| Ok(CowVal::owned(at::<Cidr>(&a, 0)?.masked())));
    declare(env, "prefixLength", cidr, &[], |a| Ok(int(i64::from(at::<Cidr>(&a, 0)?.prefix))));
    declare(env, "string", None, &[&CIDR], |a| {
        let Cidr { ip, prefix } = at::<Cidr>(&a, 0)?;
        Ok(string_of(format!("{}/{prefix}", ip.0)))
    });
}

fn urls(env: &mut Env) {
    declare(env, "isURL", None, &[&STRING_TYPE], |a| Ok(bool(Url::parse(string_at(&a, 0)?).is_some())));
    declare(env, "url", None, &[&STRING_TYPE], |a| parsed(Url::parse(string_at(&a, 0)?), "url"));
    let url = Some(&URL);
    declare(env, "getScheme", url, &[], |a| Ok(string_of(at::<Url>(&a, 0)?.scheme.clone())));
    declare(env, "getHost", url, &[], |a| Ok(string_of(at::<Url>(&a, 0)?.host.clone())));
    declare(env, "getHostname", url, &[], |a| Ok(string_of(at::<Url>(&a, 0)?.hostname().to_owned())));
    declare(env, "getPort", url, &[], |a| Ok(string_of(at::<Url>(&a, 0)?.port().to_owned())));
    declare(env, "getEscapedPath", url, &[], |a| Ok(string_of(at::<Url>(&a, 0)?.path.clone())));
}

const QUANTITY_COMPARISONS: [(&str, Function); 3] = [
    ("isLessThan", |a| Ok(bool(at::<Quantity>(&a, 0)? < at::<Quantity>(&a, 1)?))),
    ("isGreaterThan", |a| Ok(bool(at::<Quantity>(&a, 0)? > at::<Quantity>(&a, 1)?))),
    ("compareTo", |a| {
        let ordering = at::<Quantity>(&a, 0)?.cmp(at::<Quantity>(&a, 1)?);
        Ok(int(match ordering {
            Ordering::Less => -1,
            Ordering::Equal => 0,
            Ordering::Greater => 1,
        }))
    }),
];

fn bool<'b, 'v>(value: bool) -> CowVal<'b, 'v> {
    CowVal::owned(CelBool::from(value))
}

fn int<'b, 'v>(value: i64) -> CowVal<'b, 'v> {
    CowVal::owned(CelInt::from(value))
}

fn string_of<'b, 'v>(text: String) -> CowVal<'b, 'v> {
    CowVal::owned(CelString::from(text))
}

fn position<'b, 'v>(index: Option<usize>) -> CowVal<'b, 'v> {
    int(index.and_then(|index| i64::try_from(index).ok()).unwrap_or(-1))
}

fn parsed<'b, 'v>(value: Option<impl Val + 'v>, function: &str) -> Result<CowVal<'b, 'v>> {
    value.map(CowVal::owned).ok_or_else(|| unparsable(function))
}

fn unparsable(function: &str) -> ExecutionError {
    ExecutionError::function_error(function, format!("{function} parse error"))
}

fn no_overload(function: &str) -> ExecutionError {
    ExecutionError::no_such_overload(function, Vec::new())
}

/// An argument of a function that was declared with its type.
fn at<'a, 'b, 'v: 'a, T: FromVal<'a, 'v>>(arguments: &'a [CowVal<'b, 'v>], index: usize) -> Result<&'a T> {
    let argument: &'a (dyn Val + 'v) = arguments[index].as_ref();
    argument.downcast_ref::<T>().ok_or_else(|| no_overload("argument"))
}

fn string_at<'a>(arguments: &'a [CowVal<'_, '_>], index: usize) -> Result<&'a str> {
    Ok(at::<CelString<'_>>(arguments, index)?.inner())
}

fn regex(arguments: &[CowVal<'_, '_>]) -> Result<regex::Regex> {
    text::regex(string_at(arguments, 1)?)
        .ok_or_else(|| ExecutionError::function_error("matches", "error parsing regexp"))
}

fn find_all<'b, 'v>(arguments: &[CowVal<'b, 'v>], limit: i64) -> Result<CowVal<'b, 'v>> {
    let limit = usize::try_from(limit).unwrap_or(usize::MAX);
    let regex = regex(arguments)?;
    let found = regex.find_iter(string_at(arguments, 0)?).take(limit);
    let found = found.map(|found| Box::new(CelString::from(found.as_str().to_owned())) as Box<dyn Val + 'v>);
    Ok(CowVal::owned(CelList::from(found.collect::<Vec<_>>())))
}

fn items<'a, 'v>(list: &'a CowVal<'_, 'v>) -> Result<Vec<&'a (dyn Val + 'v)>> {
    let list = list.as_ref().as_iterable().ok_or_else(|| no_overload("list"))?;
    let mut iterator = list.iter();
    let mut items = Vec::new();
    while let Some(item) = iterator.next() {
        items.push(item);
    }
    Ok(items)
}

fn compare(a: &dyn Val, b: &dyn Val) -> Result<Ordering> {
    a.as_comparer().ok_or_else(|| no_overload("compare"))?.compare(b)
}

/// The item that all others are on the other side of.
fn extreme<'b, 'v>(arguments: &[CowVal<'b, 'v>], side: Ordering) -> Result<CowVal<'b, 'v>> {
    let items = items(&arguments[0])?;
    let (first, rest) =
        items.split_first().ok_or_else(|| ExecutionError::function_error("min", "min/max called on empty list"))?;
    let mut found = *first;
    for item in rest {
        if compare(*item, found)? == side {
            found = *item;
        }
    }
    Ok(CowVal::Owned(found.clone_as_boxed()))
}

fn has_all(all: &CowVal<'_, '_>, some: &CowVal<'_, '_>) -> Result<bool> {
    let all = items(all)?;
    Ok(items(some)?.iter().all(|item| all.iter().any(|other| item.equals(*other))))
}

fn add<'b, 'v>(arguments: &[CowVal<'b, 'v>], amount: i128) -> Result<CowVal<'b, 'v>> {
    let sum = at::<Quantity>(arguments, 0)?.0.checked_add(amount);
    sum.map(|sum| CowVal::owned(Quantity(sum))).ok_or_else(|| ExecutionError::function_error("add", "out of range"))
}
